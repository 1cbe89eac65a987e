"""Why the evidence lower bound is not log p(x): the family, or the network that picks from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.heads import Head, as_count
from latentia.inference._draws import MAX_VALUES, blocks_of, fitting, mean_of_weights
from latentia.inference._importance_sampling import weights_of
from latentia.inference._log_mean import Likelihood
from latentia.inference._refinement import check_family, refined
from latentia.inference._requirements import posterior_of, prior_of
from latentia.models import Batch, LatentVariableModel


class InferenceGaps(NamedTuple):
    r"""The evidence, the best bound that a family allows, and the bound of the encoder, in nats.

    .. math:: \log p(x) - L[q] = \underbrace{\log p(x) - L[q^*]}_{\text{approximation}}
              + \underbrace{L[q^*] - L[q]}_{\text{amortization}}

    Parameters
    ----------
    log_likelihood : Tensor, shape (n,)
        log p(x) by importance sampling with draws from the mixture of q and q* in equal parts,
        which misses no code that either finds.
    refined : Tensor, shape (n,)
        The evidence lower bound of q*, fitted to each example.
    elbo : Tensor, shape (n,)
        That of the encoder's q.
    effective_sample_size : Tensor, shape (n,)
        Of these draws; few mean that log p(x) and the approximation gap are too small.

    Examples
    --------
    >>> import torch
    >>> nats = [torch.tensor([value]) for value in (-80.0, -83.0, -87.0, 100.0)]
    >>> gaps = InferenceGaps(*nats)
    >>> gaps.approximation, gaps.amortization
    (tensor([3.]), tensor([4.]))
    """

    log_likelihood: Tensor
    refined: Tensor
    elbo: Tensor
    effective_sample_size: Tensor

    @property
    def approximation(self) -> Tensor:
        """What no member of the family can reach, negative by noise only."""
        return self.log_likelihood - self.refined

    @property
    def amortization(self) -> Tensor:
        """What one network for all examples loses, negative by noise only."""
        return self.refined - self.elbo


def inference_gaps(
    model: LatentVariableModel,
    batch: Batch,
    family: Head | None = None,
    *,
    n_steps: int = 500,
    n_draws: int = 10,
    n_samples: int = 5000,
    max_values: int = MAX_VALUES,
) -> InferenceGaps:
    r"""Split the gap between log p(x) and the evidence lower bound in two.

    .. math:: q^*(z) = \arg\max_{q \in Q} E_q[\log p(x, z) - \log q(z)]

    for each example by itself, by gradient ascent on what the network would say of it. The model
    stays as it is.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior, and a posterior that has a density.
    batch : Batch
        n examples.
    family : Head or None, default=None
        The family Q, such as ``heads.DiagonalNormal(2)``, fitted to draws from the encoder before
        it is refined. None is the encoder's own, which starts at what the encoder says.
    n_steps : int, default=500
        Steps of gradient ascent.
    n_draws : int, default=10
        Codes drawn for each example and step.
    n_samples : int, default=5000
        Codes drawn for each of the three numbers.
    max_values : int, default=4194304
        Numbers in memory at once, as in :func:`importance_sampling`.

    Returns
    -------
    InferenceGaps

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, a model without a prior, an encoder without a head where no
        family is given, or a family of other codes or whose draws have no derivative.
    ValueError
        If a number is below 1, or there is no example.

    References
    ----------
    C. Cremer, X. Li, D. Duvenaud. Inference Suboptimality in Variational Autoencoders. 2018.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> for parameter in decoder.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> gaps = inference_gaps(model, models.Batch(torch.zeros(4, 3)), n_steps=200, n_samples=1000)
    >>> bool((gaps.approximation.abs() < 0.2).all())  # the posterior is the prior, a normal
    True
    """
    for name, value in {"n_steps": n_steps, "n_draws": n_draws, "n_samples": n_samples}.items():
        as_count(value, name)
    if family is not None:
        check_family(model, family)
    fit = fitting(model, batch, max_values)
    parts = []
    for block in blocks_of(batch, max(1, fit // n_draws)):
        with torch.no_grad():
            q = posterior_of(model, block, "inference_gaps")
            prior = prior_of(model, block, "inference_gaps")
        best = refined(model, block, q, prior, family, n_steps, n_draws)
        estimates = [
            _mean(model, block, prior, proposal, n_samples, max_values)
            for proposal in (_Either(q, best), best, q)
        ]
        bounds = [estimate.mean_log_weight for estimate in estimates[1:]]
        size = estimates[0].effective_sample_size
        parts.append((estimates[0].log_likelihood, *bounds, size))
    return InferenceGaps(*(torch.cat(part) for part in zip(*parts, strict=True)))


@torch.no_grad()
def _mean(
    model: LatentVariableModel,
    block: Batch,
    prior: Distribution,
    q: Distribution,
    n_samples: int,
    max_values: int,
) -> Likelihood:
    weigh = partial(weights_of, model, block, prior, q)
    # As many draws at a time as leave room for the whole block.
    size = max(1, fitting(model, block, max_values) // len(block))
    return mean_of_weights(
        lambda _: weigh, model, block, n_samples, chunk_size=size, max_values=max_values
    )


class _Either(Distribution):
    """A mixture of two distributions in equal parts."""

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(self, first: Distribution, second: Distribution) -> None:
        self.parts = first, second
        super().__init__(first.batch_shape, first.event_shape, validate_args=False)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = torch.Size(sample_shape)
        first, second = (part.sample(shape) for part in self.parts)
        coins = torch.rand(*shape, *self.batch_shape, device=first.device) < 0.5
        return torch.where(coins[(..., *[None] * len(self.event_shape))], first, second)

    def log_prob(self, value: Tensor) -> Tensor:
        first, second = (part.log_prob(value) for part in self.parts)
        return torch.logaddexp(first, second) - math.log(2)
