"""L-BFGS on all examples at once, for small problems."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

_TRIALS = 25
_STEEPNESS = 1e6
_SEARCH = ("converged", "_scale", "_end")


class LBFGS(torch.optim.LBFGS):
    r"""Limited-memory BFGS: curvature learned from gradients, a step length found by trying.

    .. math:: w \leftarrow w - t\, H\, \nabla f(w), \qquad
        f(w) = L(w) + \tfrac{\lambda}{2} \lVert w \rVert^2

    H approximates the inverse Hessian from the last steps, and t satisfies the strong Wolfe
    conditions. For small problems that are to be solved exactly: L is the loss of all examples, so
    a step costs a pass over the data, and the memory is ``2 * history_size`` copies of the weights.

    Parameters
    ----------
    parameters : iterable of Parameter
        w.
    lr : float, default=1.0
        Not used, as the search along the line decides; here because every optimiser has it.
    weight_decay : float, default=0.0
        :math:`\lambda`, not negative.
    history_size : int, default=100
        Steps that H is made of.
    tolerance : float, default=1e-7
        Converged when no element of the gradient is larger, in nats per unit of the weights.

    Attributes
    ----------
    full_batch : bool
        True: a step is an iteration over all examples.
    converged : bool
        Whether the last step ended where the gradient is within the tolerance, or where not even
        the steepest descent leads lower.

    Raises
    ------
    ValueError
        For a negative weight decay or tolerance, or a history size below 1.

    References
    ----------
    D. C. Liu, J. Nocedal. On the Limited Memory BFGS Method for Large Scale Optimization. 1989.

    Examples
    --------
    >>> w = torch.nn.Parameter(torch.tensor([5.0, -3.0], dtype=torch.float64))
    >>> optimizer = LBFGS([w])
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (torch.tensor([1.0, 100.0]) * (w - 1).square()).sum()
    ...     loss.backward()
    ...     return loss
    >>> while not optimizer.converged:
    ...     _ = optimizer.step(closure)
    >>> bool((w - 1).abs().max() < 1e-6)
    True
    """

    full_batch = True

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        lr: float = 1.0,
        weight_decay: float = 0.0,
        *,
        history_size: int = 100,
        tolerance: float = 1e-7,
    ) -> None:
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay={weight_decay} must not be negative.")
        if not tolerance >= 0:
            raise ValueError(f"tolerance={tolerance} must not be negative.")
        if history_size < 1:
            raise ValueError(f"history_size={history_size} must be at least 1.")
        super().__init__(
            parameters,
            lr=1.0,
            max_iter=1,
            max_eval=1 + _TRIALS,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            history_size=history_size,
            line_search_fn="strong_wolfe",
        )
        self.weight_decay = weight_decay
        self.tolerance = tolerance
        self.converged = False
        self._scale: float | None = None
        self._end = math.nan

    def step(self, closure: Callable[[], float]) -> float:  # type: ignore[override]
        """Make one iteration, and return the value that it ends with.

        Parameters
        ----------
        closure : callable
            Computes the gradients and returns the loss; always of the same examples and draws.
        """
        before = self._evaluate(closure)
        if before != self._end:
            # Other weights or another function: what was learned of the curvature is void.
            self.state.clear()
        knows_curvature = bool(self.state)
        value = self._search(closure, before)
        if not value < before and knows_curvature:
            self.state.clear()
            value = self._search(closure, before)
        self._end = value
        self.converged = self._steepest() <= self.tolerance or not value < before
        return value

    def _search(self, closure: Callable[[], float], before: float) -> float:
        # torch learns no curvature from changes below an absolute 1e-10, so the unit of the loss
        # is chosen such that the first gradient is large; the path does not depend on it.
        if self._scale is None:
            self._scale = _STEEPNESS / (self._steepest() or 1.0)
        scale = self._scale
        wall = 1e6 * scale * (1.0 + abs(before))

        def scaled() -> float:
            value = scale * self._evaluate(closure)
            # Too far: a high and level place makes the search come back, NaN would break it.
            factor = scale if math.isfinite(value) else 0.0
            for gradient in self._gradients():
                gradient.mul_(factor) if factor else gradient.zero_()
            return value if factor else wall

        super().step(scaled)
        return self._evaluate(closure)

    @torch.no_grad()
    def _evaluate(self, closure: Callable[[], float]) -> float:
        with torch.enable_grad():
            value = closure()
        if self.weight_decay:
            for p in self._params:
                value += 0.5 * self.weight_decay * p.square().sum()
                p.grad = self.weight_decay * p if p.grad is None else p.grad + self.weight_decay * p
        if not all(gradient.isfinite().all() for gradient in self._gradients()):
            return math.nan
        return float(value)

    def _steepest(self) -> float:
        return max((float(gradient.abs().max()) for gradient in self._gradients()), default=0.0)

    def _gradients(self) -> list[Tensor]:
        return [p.grad for p in self._params if p.grad is not None and p.numel()]

    def state_dict(self) -> dict[str, Any]:
        """Return what every optimiser has, and where the search is."""
        search = {name: getattr(self, name) for name in _SEARCH}
        return {**super().state_dict(), "search": search}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a :meth:`state_dict`."""
        super().load_state_dict(state_dict)
        for name, value in state_dict["search"].items():
            setattr(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        # torch keeps only what every optimiser has.
        return self.__dict__.copy()
