"""Objectives add up: ``ELBO() + 0.1 * penalty``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import torch
from torch import nn

from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weights import Weight, check_weight, weight_at


class Sum(Objective):
    r"""A weighted sum of objectives that share one trace.

    .. math:: L = \sum_i w_i L_i

    The terms of every part are reported as they are, without their weight.

    Parameters
    ----------
    *parts : (weight, objective)
        Weights are numbers or schedules.
    bound : str or None, default=None
        Name of the bound that the whole is: minus the value is reported by it, and a further sum
        takes it as one part.

    Raises
    ------
    IncompatiblePartsError
        If a part has phases of its own, or two parts report a term of the same name.

    Examples
    --------
    >>> from latentia.objectives import ELBO, Reconstruction
    >>> [weight for weight, _ in (ELBO() + 0.5 * Reconstruction()).parts]
    [1.0, 0.5]
    """

    gathers = True  # it has nothing of its own

    def __init__(self, *parts: tuple[Weight, Objective], bound: str | None = None) -> None:
        super().__init__()
        self.bound = bound
        flat = [pair for weight, part in parts for pair in _flatten(weight, part)]
        for weight, part in flat:
            check_weight(weight, f"weight of {type(part).__name__}")
            if type(part).losses is not Objective.losses:
                raise IncompatiblePartsError(
                    f"{type(part).__name__} trains in phases of its own, so it cannot be one "
                    "summand among others; pass the others to it instead."
                )
        self._weights: list[Weight] = [weight for weight, _ in flat]
        self.objectives = nn.ModuleList(part for _, part in flat)
        self._names = [f"weight {i} (of {type(p).__name__})" for i, (_, p) in enumerate(flat)]
        self.n_samples = max(part.n_draws for _, part in flat)
        self.uses_batch_statistics = any(part.uses_batch_statistics for _, part in flat)

    @property
    def weights(self) -> Mapping[str, Weight]:
        return dict(zip(self._names, self._weights, strict=True))

    @property
    def parts(self) -> Iterator[tuple[Weight, Objective]]:
        return zip(self._weights, self.objectives, strict=True)  # type: ignore[arg-type]

    def forward(self, trace: Trace, info: Info) -> Loss:
        losses = [
            (info.at(self, name), part(trace, info))
            for name, part in zip(self._names, self.objectives, strict=True)
        ]
        terms = {name: term for _, loss in losses for name, term in loss.terms.items()}
        if len(terms) < sum(len(loss.terms) for _, loss in losses):
            names = ", ".join(type(part).__name__ for part in self.objectives)
            raise IncompatiblePartsError(
                f"Two of {names} report a term of the same name; sum objectives that measure "
                "different things."
            )
        values = torch.stack([weight * loss.values for weight, loss in losses]).sum(0)
        if self.bound is not None:
            terms[self.bound] = -values
        if all(loss.surrogate is None for _, loss in losses):
            return Loss(values, terms)
        surrogates = [
            weight * (loss.values if loss.surrogate is None else loss.surrogate)
            for weight, loss in losses
        ]
        return Loss(values, terms, torch.stack(surrogates).sum(0))

    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        for _, part in self.parts:
            part.after_step(model, batch, info)


def _flatten(weight: Weight, part: Objective) -> Iterator[tuple[Weight, Objective]]:
    if not isinstance(part, Objective):
        raise TypeError(f"Only objectives can be summed, but one part is {part!r}.")
    if not isinstance(part, Sum) or part.bound is not None:
        yield weight, part
        return
    for inner, summand in part.parts:
        yield _product(weight, inner), summand


def _product(a: Weight, b: Weight) -> Weight:
    if not callable(a) and not callable(b):
        return a * b
    return partial(_product_at, a, b)


def _product_at(a: Weight, b: Weight, step: int) -> float:
    return weight_at(a, step, "weight") * weight_at(b, step, "weight")
