"""Many steps as one call: the graph of one step, and a loop around it that is compiled too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from types import FunctionType
from typing import Any, NamedTuple, NoReturn, cast

import torch
from torch import Tensor
from torch._dynamo.backends.common import aot_autograd
from torch._higher_order_ops import while_loop
from torch._inductor import config
from torch.fx import GraphModule, Node

_COPIES = count()
#: What a turn needs lies in one piece of memory for all turns: none leaves anything there for the
#: next, as what changes is written over.
_ONE_PIECE = {"memory_planning": True, "memory_pool": "combined"}
_copy = torch.ops.aten.copy_.default


class Unknown:
    """The number of a step inside a loop, which whoever asks for it must take one at a time."""

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("the number of a step is not known inside a loop")

    __bool__ = __eq__ = __hash__ = __index__ = _refuse


class _Step(NamedTuple):
    """A step as a function of all it reads, that returns what it would have changed.

    Parameters
    ----------
    graph : GraphModule
        From all inputs to the new values of those that change, then to what the step returns.
    changed : list of int
        Which inputs change.
    shape : Size
        Of what the step returns, in float64.
    """

    graph: GraphModule
    changed: list[int]
    shape: torch.Size


class Loop:
    """A step that is taken many times in one call, without Python in between.

    Parameters
    ----------
    step : callable
        Of a list of tensors and of anything else. In each turn it gets the next slice of length
        one of each tensor. It changes other tensors in place and returns one more, and a value.
    at_once : int
        Length of the tensors: most turns of a call.
    options : dict
        Of the compiler.

    Notes
    -----
    What the step does to anything but tensors is done once a call. A step whose graph cannot be
    put into a loop raises an error of the compiler before anything is changed.
    """

    def __init__(self, step: Callable[..., Any], at_once: int, options: dict[str, Any]) -> None:
        self.at_once = at_once
        self.options = options
        self._step = torch.compile(own(step), fullgraph=True, backend=self._compile)
        self._slices: set[int] = set()
        self._n = torch.zeros((), dtype=torch.int64)

    def __call__(self, slices: Sequence[Tensor], n: int, *others: object) -> Any:
        """Take ``n`` turns; what a turn returns stands in a row of the tensor returned."""
        self._slices = {id(tensor) for tensor in slices}
        self._n = torch.tensor(n)
        return self._step(list(slices), *others)

    def _compile(self, graph: GraphModule, inputs: list[Any]) -> Callable[..., Any]:
        both = {"fw_compiler": self._around, "inference_compiler": self._around}
        # Else a draw that nobody looks at would be left out, and those after it be others.
        with config.patch(fallback_random=True):
            return aot_autograd(**both, keep_inference_input_mutations=True)(graph, inputs)

    def _around(self, graph: GraphModule, inputs: Sequence[Any]) -> Callable[..., Any]:
        """Return the compiled loop around the graph of a step, as a function of its inputs."""
        step = _functional(graph)
        compiled: Callable[..., Tensor] | None = None

        def run(inputs: list[Any]) -> list[Tensor]:
            nonlocal compiled
            if compiled is None:
                at = [i for i, value in enumerate(inputs) if id(value) in self._slices]
                loop = own(_loop(step, at, self.at_once))
                options = {**self.options, **_ONE_PIECE}
                compiled = torch.compile(loop, fullgraph=True, options=options)
            # Not as a decorator, which is one code for all loops, and so has a limit for all.
            with torch.no_grad():
                return [compiled([value.detach() for value in inputs], self._n)]

        run._boxed_call = True  # type: ignore[attr-defined]
        return run


def _functional(graph: GraphModule) -> _Step:
    """Turn a graph that ends by changing its inputs into one that returns them changed."""
    nodes = graph.graph
    inputs = nodes.find_nodes(op="placeholder")
    (values,) = nodes.output_node().args
    changes = nodes.find_nodes(op="call_function", target=_copy)
    returned = [value for value in cast(tuple[Node], values) if value not in changes]
    if len(returned) != 1 or not all(change.args[0] in inputs for change in changes):
        raise NotImplementedError("the step returns or changes what a loop does not hold")
    news = [cast(Node, change.args[1]) for change in changes]
    changed = [inputs.index(cast(Node, change.args[0])) for change in changes]
    nodes.output_node().args = ((*news, *returned),)
    for change, new in zip(changes, news, strict=True):
        change.replace_all_uses_with(new)
        nodes.erase_node(change)
    return _Step(GraphModule(graph, nodes), changed, returned[0].meta["val"].shape)


def _loop(step: _Step, slices: Sequence[int], at_once: int) -> Callable[..., Tensor]:
    graph, changed, shape = step

    def loop(inputs: list[Tensor], n: Tensor) -> Tensor:
        def goes_on(rows: Tensor, i: Tensor, *_: Tensor) -> Tensor:
            return i < n

        def turn(rows: Tensor, i: Tensor, *now: Tensor) -> tuple[Tensor, ...]:
            given, at = list(inputs), i.reshape(1)
            for place, value in zip(changed, now):  # noqa: B905
                given[place] = value
            for place in slices:
                given[place] = inputs[place].index_select(0, at)
            *news, row = graph(*given)
            return (rows.index_put((at,), row.unsqueeze(0)), i + 1, *news)

        rows = torch.zeros((at_once, *shape), dtype=torch.float64)
        begin = [inputs[place] for place in changed]
        rows, _, *ends = while_loop(goes_on, turn, (rows, torch.zeros_like(n), *begin))
        for place, value in zip(changed, ends):  # noqa: B905
            inputs[place].copy_(value)
        return rows

    return loop


def own(function: Callable) -> Callable:
    """Return a copy of a function under a name of its own.

    All compilations of one code share a limit on their number, and those of one name what is known
    of the shapes that change.
    """
    name = f"{function.__name__}_{next(_COPIES)}"
    code = function.__code__.replace(co_name=name)
    return FunctionType(code, function.__globals__, name, None, function.__closure__)
