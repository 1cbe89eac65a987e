"""The marginal likelihood by annealing: draws that walk from q(z|x) to the posterior."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._annealing import anneal
from latentia.inference._draws import MAX_VALUES, Report, Weigh, mean_of_weights
from latentia.inference._log_mean import Likelihood
from latentia.inference._requirements import posterior_of, prior_of
from latentia.models import Batch, LatentVariableModel

_LEAPS = 5


@torch.no_grad()
def annealed_importance_sampling(
    model: LatentVariableModel,
    batch: Batch,
    n_samples: int = 16,
    n_temperatures: int = 500,
    *,
    step_size: float = 0.3,
    max_values: int = MAX_VALUES,
    report: Report | None = None,
) -> Likelihood:
    r"""Estimate log p(x) with draws that walk from q(z|x) to the posterior, and their weights.

    .. math:: \log f_\beta(z) = (1 - \beta) \log q(z|x) + \beta\, [\log p(x|z) + \log p(z)],
              \quad \beta: 0 \to 1

    Between temperatures each draw makes one step of Hamiltonian Monte Carlo of five leaps. Like
    :func:`importance_sampling` it is unbiased for p(x), and below log p(x) in expectation; where q
    misses much of the posterior, a few walks are worth more than thousands of draws.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior, and a posterior over real codes that has a density everywhere.
    batch : Batch
        n examples.
    n_samples : int, default=16
        Walks for each example.
    n_temperatures : int, default=500
        Steps of each walk; as many gradients of the decoder as six times this.
    step_size : float, default=0.3
        Length of a leap, in standard deviations of q(z|x) where it has them.
    max_values : int, default=4194304
        Numbers in memory at once, as in :func:`importance_sampling`.
    report : callable or None, default=None
        Called as ``report(done, total)`` with walks done and to do, over all examples.

    Returns
    -------
    Likelihood

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, a model without a prior, or codes that are not real.
    ValueError
        If a number is out of range, or there is no example.

    References
    ----------
    R. M. Neal. Annealed Importance Sampling. 2001.
    Y. Wu, Y. Burda, R. Salakhutdinov, R. Grosse. On the Quantitative Analysis of Decoder-Based
    Generative Models. 2017.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> batch = models.Batch(torch.zeros(4, 3))
    >>> annealed_importance_sampling(model, batch, 8, 10).log_likelihood.shape
    torch.Size([4])
    """
    as_count(n_temperatures, "n_temperatures")
    if not (step_size > 0 and math.isfinite(step_size)):
        raise ValueError(f"step_size={step_size!r} must be a positive number.")
    space = getattr(model.encoder, "space", "real")
    if space != "real":
        raise IncompatiblePartsError(
            f"annealed_importance_sampling and codes in {space!r} do not fit: its steps follow the "
            "gradient through a space without borders. Use importance_sampling."
        )
    path = torch.linspace(0, 1, n_temperatures + 1, dtype=torch.float64).tolist()
    return mean_of_weights(
        partial(_weigh, model, path, step_size),
        model,
        batch,
        n_samples,
        max_values=max_values,
        report=report,
    )


def _weigh(model: LatentVariableModel, path: list[float], step_size: float, block: Batch) -> Weigh:
    q = posterior_of(model, block, "annealed_importance_sampling")
    prior = prior_of(model, block, "annealed_importance_sampling")
    try:
        leap = step_size * q.stddev
    except NotImplementedError:
        leap = torch.full_like(point(q), step_size)

    def log_density(z: Tensor, beta: float) -> Tensor:
        log_joint = model.decoder(z, *block.conditions).log_prob(block.x) + prior.log_prob(z)
        return (1 - beta) * q.log_prob(z) + beta * log_joint

    def weights(n: int) -> Tensor:
        transition = partial(_step, log_density, leap)
        return anneal(q.sample(torch.Size((n,))), log_density, transition, path).log_weights

    return weights


def _step(
    log_density: Callable[[Tensor, float], Tensor], leap: Tensor, z: Tensor, beta: float
) -> Tensor:
    """Return where a step of Hamiltonian Monte Carlo leads, which may be where it began."""

    def at(z: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            value = log_density(z, beta)
            (slope,) = torch.autograd.grad(value.sum(), z)
        return value.detach(), slope * leap

    def energy(value: Tensor, speed: Tensor) -> Tensor:
        return 0.5 * speed.square().flatten(value.dim()).sum(-1) - value

    speed = torch.randn_like(z)
    value, slope = at(z)
    before, moved = energy(value, speed), z
    for _ in range(_LEAPS):
        speed = speed + 0.5 * slope
        moved = moved + leap * speed
        value, slope = at(moved)
        speed = speed + 0.5 * slope
    taken = torch.rand_like(before).log() < before - energy(value, speed)
    return torch.where(taken[(..., *[None] * (z.dim() - taken.dim()))], moved, z)
