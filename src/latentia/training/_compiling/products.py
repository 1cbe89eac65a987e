"""Products of matrices, each by the library that is the faster at it."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch._inductor.ir import TensorBox
from torch._inductor.lowering import permute, register_lowering
from torch._inductor.mkldnn_ir import LinearUnary
from torch.fx import Graph, Node

#: Multiplications from which oneDNN is the faster: what it does before a product takes ten
#: microseconds longer. The choice depends on sizes only, so that equal runs give equal numbers.
_LARGE = 2**21

_aten = torch.ops.aten
_library = torch.library.Library("latentia", "DEF")
_library.define("product(Tensor a, Tensor b, Tensor? bias) -> Tensor")
#: One operation after a product, which there is none of here.
_NOTHING: tuple[str, list[Any], str] = ("none", [], "")


def _product(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(a, b.t(), bias, *_NOTHING)


def _shape_of_product(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    return a.new_empty(a.shape[0], b.shape[1])


_library.impl("product", _product, "CPU")
_library.impl("product", _shape_of_product, "Meta")


def give_large_ones_to_onednn(graph: Graph) -> None:
    """Let oneDNN, which has the faster products on many processors, do the large ones."""
    if torch.backends.mkldnn.is_available():
        register_lowering(torch.ops.latentia.product, type_promotion_kind=None)(_lowered)
        for node, a, b, bias in _all(graph):
            if _is_large(a, b):
                node.target, node.args = torch.ops.latentia.product.default, (a, b, bias)


def add_biases_later(graph: Graph) -> None:
    """Make a product that adds a bias two steps, of which the next loop takes the second."""
    for node, a, b, bias in _all(graph):
        # Of fewer digits a product would be rounded once more before the bias.
        if bias is not None and node.meta["val"].dtype.itemsize >= 4:
            with graph.inserting_before(node):
                product = graph.call_function(_aten.mm.default, (a, b))
            product.meta.update(node.meta)
            node.target, node.args = _aten.add.Tensor, (product, bias)


def _all(graph: Graph) -> list[tuple[Node, Node, Node, Node | None]]:
    """Return all products of a graph with what they are of: two matrices, and perhaps a bias."""
    plain = [
        (node, *node.args, None)
        for node in graph.find_nodes(op="call_function", target=_aten.mm.default)
    ]
    biased = [
        (node, *node.args[1:], node.args[0])
        for node in graph.find_nodes(op="call_function", target=_aten.addmm.default)
        if not node.kwargs and node.args[0].meta["val"].ndim == 1
    ]
    return plain + biased


def _is_large(a: Node, b: Node) -> bool:
    left, right = a.meta["val"], b.meta["val"]
    sizes = (*left.shape, right.shape[1])
    known = left.dtype == torch.float32 and all(isinstance(size, int) for size in sizes)
    return known and math.prod(sizes) >= _LARGE


def _lowered(a: TensorBox, b: TensorBox, bias: TensorBox | None) -> TensorBox:
    product = LinearUnary.create(a, permute(b, [1, 0]), bias, *_NOTHING)
    return TensorBox.create(product)
