"""Large products of matrices by oneDNN, which has the faster ones on many processors."""

from __future__ import annotations

import operator

import torch
from torch import Tensor
from torch._inductor.custom_graph_pass import CustomGraphPass, get_hash_for_files
from torch.fx import Graph, Node

#: Multiplications from which oneDNN is the faster: what it does before a product takes ten
#: microseconds longer. The choice depends on sizes only, so that equal runs give equal numbers.
_LARGE = 2**21

_aten = torch.ops.aten
_library = torch.library.Library("latentia", "DEF")
_library.define("product(Tensor a, Tensor b, Tensor? bias) -> Tensor")


def _product(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(a, b.t(), bias, "none", [], "")


def _shape_of_product(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    return a.new_empty(a.shape[0], b.shape[1])


_library.impl("product", _product, "CPU")
_library.impl("product", _shape_of_product, "Meta")


class LargeProducts(CustomGraphPass):
    """Gives the large products of a graph to oneDNN."""

    def __call__(self, graph: Graph) -> None:
        for target, n_before in ((_aten.mm.default, 0), (_aten.addmm.default, 1)):
            for node in graph.find_nodes(op="call_function", target=target):
                *bias, a, b = node.args
                if not node.kwargs and _is_large(a, b) and all(_is_row(one) for one in bias):
                    node.target = torch.ops.latentia.product.default
                    node.args = (a, b, bias[0] if n_before else None)

    def uuid(self) -> object:
        return get_hash_for_files((__file__,))


def _is_large(a: Node, b: Node) -> bool:
    left, right = a.meta["val"], b.meta["val"]
    sizes = (*left.shape, right.shape[1])
    known = left.dtype == torch.float32 and all(isinstance(size, int) for size in sizes)
    return known and operator.mul(left.numel(), sizes[2]) >= _LARGE


def _is_row(bias: Node) -> bool:
    return bias.meta["val"].ndim == 1
