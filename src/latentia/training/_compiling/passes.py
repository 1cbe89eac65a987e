"""What is done to the graph of a step before it becomes code."""

from __future__ import annotations

from torch._inductor.custom_graph_pass import CustomGraphPass, get_hash_for_files
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
