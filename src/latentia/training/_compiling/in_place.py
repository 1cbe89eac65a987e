"""A loop whose turns write over what they read, rather than into new memory."""

from __future__ import annotations

from typing import cast

import torch
from torch._ops import OpOverload
from torch.fx import Graph, GraphModule, Node
from torch.fx.node import Argument

_aten = torch.ops.aten
_copy = _aten.copy_.default
_put = _aten.index_put.default


def write_in_place(graph: Graph) -> None:
    """Let the turns of a loop write what changes over what it was.

    Then all other memory of a turn can be planned, as each turn begins anew.

    Raises
    ------
    NotImplementedError
        If somebody looks at what it was.
    """
    for loop in graph.find_nodes(op="call_function", target=torch.ops.higher_order.while_loop):
        body, carried = cast(tuple[Node, ...], loop.args[1:3])
        if not all(_is_free(now, loop) for now in cast(tuple[Node, ...], carried)):
            raise NotImplementedError("what a loop changes is needed as it was")
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
    news = cast(tuple[Node, ...], output.args[0])
    for now, new in zip(inputs, news):  # noqa: B905
        with nodes.inserting_before(output):  # in this order: the compiler pairs them by it
            change = nodes.call_function(*_change(now, new))
        change.meta.update(now.meta)
        changes.append(change)
    output.args = (tuple(changes),)
    for new in news:
        if new.target is _put and not new.users:
            nodes.erase_node(new)
    body.recompile()


def _change(now: Node, new: Node) -> tuple[OpOverload, tuple[Argument, ...]]:
    """Return what makes ``now`` what ``new`` is."""
    if new.target is _put and list(now.users) == [new] and new.args[0] is now:
        return _aten.index_put_.default, new.args  # and not all its rows
    return _copy, (now, new)
