"""What is done to a step on its way from a graph to code."""

from __future__ import annotations

from torch._inductor.custom_graph_pass import (
    CustomGraphPass,
    CustomSchedulerPass,
    get_hash_for_files,
)
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
    """Memory of a turn that no kernel needs is not asked for.

    The compiler drops what a kernel keeps to itself by the names that the outermost graph has; the
    graph of a turn has its own, and would ask for each of them in every turn.
    """

    def __call__(self, nodes: list[BaseSchedulerNode]) -> list[BaseSchedulerNode]:
        around = getattr(V.graph, "parent", None)
        if around is not None:
            V.graph.removed_buffers = around.removed_buffers
        return nodes

    def uuid(self) -> object:
        return get_hash_for_files((__file__,))
