"""Integrals over codes, one for each example, on grids that are fine where it matters."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from latentia.errors import IncompatiblePartsError, UnresolvedIntegralWarning
from latentia.inference._cells import MOST_DIMENSIONS, Cells, Rule

#: Points of the first grid along each dimension, by the number of dimensions.
_POINTS = {1: 64, 2: 36, 3: 16}
#: Energies of an example, on average, after which a finer grid is given up.
_MOST_POINTS = 2**19
_MOST_HALVINGS = 40
#: Cells with less than this share of the tolerance count for nothing.
_NEGLIGIBLE = 1e-3
#: Where an integrand may be so much more than its mean in a cell, in nats for each dimension, two
#: rules may agree by chance, and the cell is looked at again.
_UNEVEN = 2.0
#: A cell's error may be the tolerance times its share of the integral, and this.
_SLACK = 0.02
#: Growing coordinates by this much multiplies the reach of real codes by about 7.
_STEP = 2.0
#: What may be left further out, in nats below the whole.
_BEYOND = 21.0
_FARTHEST = 34.0


@dataclass
class Integral:
    """Logarithms of integrals of n examples.

    Parameters
    ----------
    rule : Rule
    cells : Cells
        Where the mass is.
    value, error : Tensor, shape (n,)
        The logarithms, and how far off they may be.
    """

    rule: Rule
    cells: Cells
    value: Tensor
    error: Tensor

    def differentiable(self) -> Tensor:
        """Return the values, with a derivative where the integrand has one."""
        rule, cells = self.rule, self.cells
        if not torch.is_grad_enabled() or len(cells) == 0:
            return self.value
        pieces = list(rule.pieces(len(cells)))
        masses = [self._masses(cells[_indices(part, cells)], len(pieces) > 1) for part in pieces]
        again = log_sums(torch.cat(masses), cells.rows, len(self.value))
        return self.value + (again - again.detach())

    def _masses(self, cells: Cells, again: bool) -> Tensor:
        def masses(rows: Tensor, low: Tensor, size: Tensor) -> Tensor:
            terms = self.rule.terms(rows, low, size) + self.rule.log_weights.unsqueeze(1)
            return terms.logsumexp(0) + self.rule.d * size.log()

        given = (cells.rows, cells.low, cells.size)
        if not again:
            return masses(*given)
        # What does not fit into memory at once is computed a second time on the way back.
        return checkpoint(masses, *given, use_reentrant=False)


@torch.no_grad()
def integrate(rule: Rule, n: int, n_points: int | None, tolerance: float) -> Integral:
    """Integrate over the space of ``rule``, halving the cells that hold the mass until they settle.

    Raises
    ------
    IncompatiblePartsError
        For an integral that diverges.

    Warns
    -----
    UnresolvedIntegralWarning
        If an error above the tolerance is left.
    """
    n_points = _POINTS[rule.d] if n_points is None else n_points
    active = _wide_enough(rule, n, n_points)
    done = active[torch.zeros(0, dtype=torch.long, device=active.rows.device)]
    error = active.mass.new_zeros(n)
    total = log_sums(active.mass, active.rows, n)
    nothing = -math.log(_NEGLIGIBLE * min(tolerance, 1.0))
    left = _MOST_POINTS * n - len(active) * len(rule.nodes)
    for _ in range(_MOST_HALVINGS):
        active = active[active.most > total[active.rows] - nothing]
        parts = 2**rule.d * len(active)
        left -= parts * len(rule.nodes)
        if len(active) == 0 or left < 0:
            break
        halves = rule.halved(active)
        both = done + halves
        total = log_sums(both.mass, both.rows, n)
        settled, off = _settled(rule, active, halves, total, tolerance)
        error.index_add_(0, active.rows[settled], off[settled])
        in_settled = settled.repeat_interleave(2**rule.d)
        done = done + halves[in_settled]
        done = done[done.mass > total[done.rows] - nothing]
        active = halves[~in_settled]
    if len(active):
        done = done + active
        total = log_sums(done.mass, done.rows, n)
        unknown = (active.most - total[active.rows]).clamp(max=0).exp()
        error.index_add_(0, active.rows, unknown)
        _warn(error, tolerance)
    # What was left out of sight is far less than the tolerance, but not nothing.
    return Integral(rule, done, total, error + 10 * _NEGLIGIBLE * tolerance)


def log_sums(terms: Tensor, rows: Tensor, n: int) -> Tensor:
    """Return the log of the sum of exponentials of each row, shape (n,)."""
    start = terms.new_full((n,), -torch.inf)
    most = start.scatter_reduce(0, rows, terms.detach(), "amax")
    shift = torch.where(most.isfinite(), most, 0.0)
    sums = torch.zeros_like(start).index_add(0, rows, (terms - shift[rows]).exp())
    return sums.log() + shift


def check_dimensions(d: int, instead: str) -> None:
    """Refuse more dimensions than a grid can have."""
    if d > MOST_DIMENSIONS:
        raise IncompatiblePartsError(
            f"An integral over codes and {d} numbers to a code do not fit: its points grow with "
            f"every dimension, and {MOST_DIMENSIONS} are the most. {instead}"
        )


def _indices(part: slice, cells: Cells) -> Tensor:
    return torch.arange(len(cells), device=cells.rows.device)[part]


def _wide_enough(rule: Rule, n: int, n_points: int) -> Cells:
    """Return a first grid that holds all but a negligible part of every integral."""
    reach = rule.space.reach
    while True:
        cells = rule.first(n, n_points, reach)
        if rule.space.bounded or n == 0:
            return cells
        high = cells.low + cells.size.unsqueeze(1)
        edge = (torch.maximum(-cells.low, high) > 0.999 * reach).any(1)
        total = log_sums(cells.mass, cells.rows, n)
        beyond = log_sums(cells.mass[edge], cells.rows[edge], n)
        if not bool((beyond > total - _BEYOND).any()):
            return cells
        reach += _STEP
        if reach > _FARTHEST:
            row = int((beyond - total).argmax())
            raise IncompatiblePartsError(
                f"An integral over {rule.space!r} and this energy do not fit: that of example "
                f"{row} diverges, as codes far away cost next to nothing. Use a bounded space such "
                'as spaces.Box, or regularizer="normal".'
            )


def _settled(
    rule: Rule, cells: Cells, halves: Cells, total: Tensor, tolerance: float
) -> tuple[Tensor, Tensor]:
    """Return which cells their parts agree with, and how far apart they are, of the whole."""
    shape = (len(cells), 2**rule.d)
    here = total[cells.rows]
    share = (halves.mass.reshape(shape).logsumexp(1) - here).exp()
    off = (share - (cells.mass - here).exp()).abs()
    # Rounding of the energy itself is no error of the grid.
    digits = 16 * torch.finfo(rule.like.dtype).eps * here.abs()
    near = off <= (tolerance + digits) * (share + _SLACK)
    may_be = (halves.most - here.repeat_interleave(shape[1])).exp()
    even = (halves.most - halves.mass < _UNEVEN * rule.d) | (may_be < tolerance * _SLACK)
    return near & even.reshape(shape).all(1), off


def _warn(error: Tensor, tolerance: float) -> None:
    worst = float(error.max())
    if worst > tolerance:
        warnings.warn(
            f"An integral over codes is known to {worst:.2g} nats only, and tolerance="
            f"{tolerance:g}: after {_MOST_POINTS:,} points its grid was not fine enough yet. Take "
            "a smaller beta or fewer codes, or draw codes from an encoder.",
            UnresolvedIntegralWarning,
            stacklevel=4,
        )
