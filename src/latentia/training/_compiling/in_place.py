"""A loop whose turns write over what they read, rather than into new memory."""

from __future__ import annotations

from typing import cast

import torch
from torch._inductor import config
from torch.fx import Graph, GraphModule, Node

_aten = torch.ops.aten
_copy = _aten.copy_.default
_put = _aten.index_put.default


def write_in_place(graph: Graph) -> None:
    """Let the turns of a loop write what changes over what it was, where nobody looks there.

    Then the memory of all turns can be one piece, as none leaves anything there for the next.

    Raises
    ------
    NotImplementedError
        If memory is planned so, and somebody looks.
    """
    for loop in graph.find_nodes(op="call_function", target=torch.ops.higher_order.while_loop):
        body, carried = cast(tuple[Node, ...], loop.args[1:3])
        if all(_is_free(now, loop) for now in cast(tuple[Node, ...], carried)):
            _write_over_inputs(getattr(graph.owning_module, str(body.target)))
        elif config.memory_planning:
            raise NotImplementedError("what a loop changes is needed as it was")


def _is_free(now: Node, loop: Node) -> bool:
    """Whether what a loop begins with is made for it, or will have what it ends with."""
    others = [user for user in now.users if user is not loop]
    overwritten = all(user.target is _copy and user.args[0] is now for user in others)
    return overwritten and (bool(others) or now.target is _aten.full.default)


def _write_over_inputs(body: GraphModule) -> None:
    """Turn a graph that returns new values of its first inputs into one that changes those."""
    nodes = body.graph
    inputs, output = nodes.find_nodes(op="placeholder"), nodes.output_node()
    news = cast(tuple[Node, ...], output.args[0])
    table, rows = inputs[0], news[0]
    # Rows that are written are all that changes of a table. What is written into others may be
    # looked up by what has changed before them.
    only_rows = rows.target is _put and list(table.users) == [rows] and rows.args[0] is table
    changes = []
    for now, new in zip(inputs, news):  # noqa: B905
        with nodes.inserting_before(output):  # in this order: the compiler pairs them by it
            change = (
                nodes.call_function(_aten.index_put_.default, rows.args)
                if only_rows and now is table
                else nodes.call_function(_copy, (now, new))
            )
        change.meta.update(now.meta)
        changes.append(change)
    output.args = (tuple(changes),)
    if only_rows:
        nodes.erase_node(rows)
    body.recompile()
