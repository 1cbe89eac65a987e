"""A loop whose turns write over what they read, rather than into new memory."""

from __future__ import annotations

from typing import cast

import torch
from torch.fx import Graph, GraphModule, Node

_aten = torch.ops.aten
_copy = _aten.copy_.default


def write_in_place(graph: Graph) -> None:
    """Let the turns of a loop write what changes over what it was, where nobody looks there."""
    for loop in graph.find_nodes(op="call_function", target=torch.ops.higher_order.while_loop):
        body, carried = cast(tuple[Node, ...], loop.args[1:3])
        if all(_is_free(now, loop) for now in cast(tuple[Node, ...], carried)):
            _write_over_inputs(getattr(graph.owning_module, str(body.target)))


def _is_free(now: Node, loop: Node) -> bool:
    """Whether what a loop begins with is made for it, or will have what it ends with."""
    others = [user for user in now.users if user is not loop]
    overwritten = all(user.target is _copy and user.args[0] is now for user in others)
    return overwritten and (bool(others) or now.target is _aten.full.default)


def _write_over_inputs(body: GraphModule) -> None:
    """Turn a graph that returns new values of its first inputs into one that changes those."""
    nodes = body.graph
    inputs, output = nodes.find_nodes(op="placeholder"), nodes.output_node()
    changes = []
    for now, new in zip(inputs, cast(tuple[Node, ...], output.args[0])):  # noqa: B905
        with nodes.inserting_before(output):
            changes.append(nodes.call_function(_copy, (now, new)))
        changes[-1].meta.update(now.meta)
    output.args = (tuple(changes),)
    body.recompile()
