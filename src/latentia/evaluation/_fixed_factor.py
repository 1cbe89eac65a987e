"""Examples that share one factor, drawn again and again, and their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from latentia.evaluation._factors import as_table

Draw = Callable[[np.ndarray], Any]
Encode = Callable[[Any], Any]

_BLOCK = 2048


def check_votes(sizes: Sequence[int], n_votes: int, n_shared: int) -> None:
    """Refuse factors that do not vary, and numbers from which nothing can be told."""
    if len(sizes) < 2 or any(size < 2 for size in sizes):
        raise ValueError(
            f"sizes={tuple(sizes)} must hold the numbers of levels of at least two factors, each 2 "
            "or more; leave out factors that do not vary."
        )
    for name, value, least in (("n_votes", n_votes, 4 * len(sizes)), ("n_shared", n_shared, 2)):
        if value < least:
            raise ValueError(f"{name}={value} must be at least {least}.")


def codes_of_all(
    draw: Draw, encode: Encode, sizes: Sequence[int], rng: np.random.Generator
) -> np.ndarray:
    """Return codes of examples whose factors all vary."""
    return _encoded(draw, encode, rng.integers(sizes, size=(_BLOCK, len(sizes))))


def codes_of_votes(
    draw: Draw,
    encode: Encode,
    sizes: Sequence[int],
    which: np.ndarray,
    groups: tuple[int, int],
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Yield the codes of each vote, of shape ``(*groups, d)``.

    In each of the first number of groups, the examples, the second, share a level of the factor
    that the vote is about; their other factors vary.
    """
    per_call = max(1, _BLOCK // (groups[0] * groups[1]))
    for start in range(0, len(which), per_call):
        votes = which[start : start + per_call]
        factors = rng.integers(sizes, size=(len(votes), *groups, len(sizes)))
        for vote, factor in zip(factors, votes, strict=True):
            vote[..., factor] = vote[:, :1, factor]
        codes = _encoded(draw, encode, factors.reshape(-1, len(sizes)))
        yield from codes.reshape(len(votes), *groups, -1)


def _encoded(draw: Draw, encode: Encode, factors: np.ndarray) -> np.ndarray:
    codes = as_table(encode(draw(factors)), "encode(draw(factors))")
    if len(codes) != len(factors):
        raise ValueError(
            f"encode(draw(factors)) must have a row for each of the {len(factors)} examples, but "
            f"has {len(codes)}."
        )
    return codes.astype(np.float64)
