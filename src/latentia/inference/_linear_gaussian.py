"""The marginal likelihood in closed form, where everything is linear and normal."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Independent, LowRankMultivariateNormal

from latentia.conditional import Amortized
from latentia.errors import IncompatiblePartsError
from latentia.heads import DiagonalNormal
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP, TiedMLP
from latentia.priors import StandardNormal

#: Of which any composition is affine.
_AFFINE = {
    MLP,
    TiedMLP,
    nn.Flatten,
    nn.Identity,
    nn.Linear,
    nn.ModuleList,
    nn.ParameterList,
    nn.Sequential,
}


@torch.no_grad()
def exact_log_likelihood(model: LatentVariableModel, batch: Batch) -> Tensor:
    r"""Return log p(x) of a linear-Gaussian model in nats.

    .. math:: z \sim N(0, s^2 I), \quad x \mid z \sim N(W z + b, \Sigma)
              \quad \Rightarrow \quad x \sim N(b, s^2 W W^\top + \Sigma)

    for a diagonal :math:`\Sigma`: probabilistic PCA where it is a multiple of the identity, factor
    analysis elsewhere. The encoder has no part in it.

    Parameters
    ----------
    model : LatentVariableModel
        With a :class:`~latentia.priors.StandardNormal` prior, and a decoder that is an affine
        network with a :class:`~latentia.heads.DiagonalNormal` head whose scale is not predicted.
    batch : Batch
        n examples; conditions may move b.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    IncompatiblePartsError
        For any other prior or decoder.

    References
    ----------
    M. E. Tipping, C. M. Bishop. Probabilistic Principal Component Analysis. 1999.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(1), heads.DiagonalNormal(2, scale=1.0)
    >>> encoder = conditional.Amortized(networks.MLP(2, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(1, p.n_params), p)
    >>> for parameter in decoder.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(1))
    >>> exact_log_likelihood(model, models.Batch(torch.zeros(1, 2)))  # -log(2 pi)
    tensor([-1.8379])
    """
    prior = model.prior
    if not isinstance(prior, StandardNormal):
        raise _refusal(f"prior {type(prior).__name__}", "the prior must be a StandardNormal")
    _check_decoder(model.decoder)
    k = prior.zero.numel()
    origin = _decoded(model, prior.zero.expand(len(batch), *prior.event_shape), batch.conditions)
    b, noise = origin.base_dist.loc.flatten(1), origin.base_dist.scale.flatten(1)
    # W is the same for every condition, so it is read off at the first.
    units = torch.eye(k).to(prior.zero).reshape(k, *prior.event_shape)
    first = tuple(c[:1].expand(k, *c.shape[1:]) for c in batch.conditions)
    w = (_decoded(model, units, first).base_dist.loc.flatten(1) - b[:1]).T
    factor = (prior.scale * w).expand(len(batch), -1, -1)
    marginal = LowRankMultivariateNormal(b, factor, noise.square(), validate_args=False)
    return marginal.log_prob(batch.x.flatten(1))


def _decoded(model: LatentVariableModel, z: Tensor, conditions: tuple[Tensor, ...]) -> Independent:
    likelihood = model.decoder(z, *conditions)
    assert isinstance(likelihood, Independent)
    return likelihood


def _check_decoder(decoder: nn.Module) -> None:
    if not isinstance(decoder, Amortized):
        raise _refusal(f"decoder {type(decoder).__name__}", "the decoder must be Amortized")
    if type(decoder.head) is not DiagonalNormal or decoder.head.scale == "predicted":
        raise _refusal(
            f"likelihood {decoder.head}",
            "the head of the decoder must be a DiagonalNormal with a scale that is not predicted",
        )
    others = {type(part).__name__ for part in decoder.net.modules() if type(part) not in _AFFINE}
    if others:
        raise _refusal(
            f"decoder with {', '.join(sorted(others))}",
            "its network must be affine, such as networks.MLP without hidden layers",
        )


def _refusal(what: str, why: str) -> IncompatiblePartsError:
    return IncompatiblePartsError(
        f"exact_log_likelihood and the {what} do not fit: only a linear-Gaussian model has a "
        f"closed form, so {why}. Use importance_sampling, or quadrature for codes of up to three "
        "numbers."
    )
