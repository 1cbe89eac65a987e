"""Many draws for many examples, as many at a time as memory holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from latentia._blocks import BLOCK_VALUES
from latentia.distributions import Mixture
from latentia.heads import as_count
from latentia.inference._log_mean import Likelihood, LogMean
from latentia.models import Batch, LatentVariableModel

#: Told how many of how many draws, of all examples together, are done.
Report = Callable[[int, int], object]
#: From a number of draws to their log-weights, shape (draws, n).
Weigh = Callable[[int], Tensor]

#: Numbers in memory at once: 16 MB in single precision, times what the networks add.
MAX_VALUES = BLOCK_VALUES


def fitting(model: LatentVariableModel, batch: Batch, max_values: int) -> int:
    """Return how many draws memory holds."""
    return max(1, max_values // numbers_of(model, batch, max_values))


def numbers_of(model: LatentVariableModel, batch: Batch, max_values: int) -> int:
    """Return what a draw takes of memory: the numbers of an example, its parameters and a code.

    A prior with many components has a density of each.
    """
    as_count(max_values, "max_values")
    if len(batch) == 0:
        raise ValueError("batch holds no example, and needs at least one.")
    head = getattr(model.decoder, "head", None)
    code = math.prod(getattr(model.encoder, "event_shape", ()))
    with torch.no_grad():
        prior = None if model.prior is None else model.prior(*(c[:1] for c in batch.conditions))
    components = prior.n_values if isinstance(prior, Mixture) else 0
    return batch.x[0].numel() + (0 if head is None else head.n_params) + code + components


def chunks(total: int, size: int) -> Iterator[int]:
    """Yield the lengths of as few parts of at most ``size`` as make up ``total``.

    They are as equal as can be: memory that was given back fits the next one.
    """
    n = math.ceil(total / size)
    for i in range(n):
        yield total // n + (i < total % n)


def blocks_of(batch: Batch, rows: int) -> Iterator[Batch]:
    """Yield a batch ``rows`` examples at a time."""
    for start in range(0, len(batch), rows):
        at = slice(start, start + rows)
        seen = None if batch.corrupted is None else batch.corrupted[at]
        yield Batch(batch.x[at], tuple(c[at] for c in batch.conditions), seen)


def mean_of_weights(
    weigh: Callable[[Batch], Weigh],
    model: LatentVariableModel,
    batch: Batch,
    n_samples: int,
    *,
    chunk_size: int | None = None,
    max_values: int = MAX_VALUES,
    report: Report | None = None,
) -> Likelihood:
    """Return the log of the mean weight of exactly ``n_samples`` draws for each example."""
    as_count(n_samples, "n_samples")
    wanted = n_samples if chunk_size is None else as_count(chunk_size, "chunk_size")
    fit = fitting(model, batch, max_values)
    size = min(n_samples, wanted, fit)
    found, first, done = None, 0, 0
    for block in blocks_of(batch, max(1, fit // size)):
        draw, mean = weigh(block), LogMean(len(block))
        for n in chunks(n_samples, size):
            mean.add(draw(n))
            done += n * len(block)
            if report is not None:
                report(done, n_samples * len(batch))
        part = mean.result()
        # Room for all at once: small results that stay would lie between the large ones that go,
        # and memory would fill with gaps.
        if found is None:
            found = Likelihood(*(values.new_empty(len(batch)) for values in part))
        for whole, values in zip(found, part, strict=True):
            whole[first : first + len(block)] = values
        first += len(block)
    assert found is not None  # there is an example
    return found
