"""What is done to a step on its way from a graph to code."""

from __future__ import annotations

from typing import cast

from torch._inductor.custom_graph_pass import (
    CustomGraphPass,
    CustomSchedulerPass,
    get_hash_for_files,
)
from torch._inductor.graph import GraphLowering
from torch._inductor.ir import Subgraph, WhileLoop
from torch._inductor.scheduler import BaseSchedulerNode
from torch._inductor.virtualized import V
from torch.fx import Graph

from latentia.training._compiling import in_place, products


class Passes(CustomGraphPass):
    """Changes to a graph that leave its results as they are, but for rounding."""

    def __call__(self, graph: Graph) -> None:
        products.give_large_ones_to_onednn(graph)
        products.add_biases_later(graph)
        in_place.write_in_place(graph)

    def uuid(self) -> object:
        return get_hash_for_files((__file__, products.__file__, in_place.__file__))


class Unneeded(CustomSchedulerPass):
    """What no kernel of a turn needs is not asked for.

    The compiler drops what a kernel keeps to itself by the names that the outermost graph has; the
    graph of a turn has its own, and would ask for memory for each of them in every turn. And it
    hands every tensor to the question whether a loop goes on, which looks at two.
    """

    def __call__(self, nodes: list[BaseSchedulerNode]) -> list[BaseSchedulerNode]:
        around = getattr(V.graph, "parent", None)
        if around is not None:
            V.graph.removed_buffers = around.removed_buffers
        for node in nodes:
            if isinstance(node.node, WhileLoop):
                condition = cast(Subgraph, node.node.cond_subgraph)
                _hand_on_what_is_read(cast(GraphLowering, condition.graph))
        return nodes

    def uuid(self) -> object:
        return get_hash_for_files((__file__,))


def _hand_on_what_is_read(graph: GraphLowering) -> None:
    needed = {name for operation in graph.operations for name in operation.get_read_names()}
    needed |= {value.get_name() for value in graph.graph_outputs}
    for name in graph.graph_inputs.keys() - needed:
        graph.graph_inputs[name] = 0  # a number, which has no handle
