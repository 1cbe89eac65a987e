"""The model that every autoencoder here is an instance of."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from latentia.conditional import ConditionalDistribution, family
from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.models._trace import Batch, Trace


class LatentVariableModel(nn.Module):
    r"""A code z is inferred from x, and x is predicted from z.

    .. math:: p(x, z) = p(x \mid z)\, p(z), \qquad q(z \mid x) \approx p(z \mid x)

    A deterministic autoencoder is a point-mass posterior; a conditional model gives every part
    the same conditions.

    Parameters
    ----------
    encoder : ConditionalDistribution
        q(z|x, c).
    decoder : ConditionalDistribution
        p(x|z, c).
    prior : ConditionalDistribution or None, default=None
        p(z|c); needed to sample and for every objective that has a divergence.

    Raises
    ------
    IncompatiblePartsError
        If codes of the encoder and of the prior live in different spaces or shapes.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, networks, priors
    >>> code, pixels = heads.DiagonalNormal(2), heads.Bernoulli((4, 4))
    >>> encoder = conditional.Amortized(networks.MLP((4, 4), code.n_params), code)
    >>> decoder = conditional.Amortized(networks.MLP(2, pixels.n_params), pixels)
    >>> model = LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> model.decode(model.encode(torch.zeros(5, 4, 4))).shape
    torch.Size([5, 4, 4])
    """

    def __init__(
        self,
        encoder: ConditionalDistribution,
        decoder: ConditionalDistribution,
        prior: ConditionalDistribution | None = None,
    ) -> None:
        super().__init__()
        _check_same_codes(encoder, prior)
        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior

    def trace(self, batch: Batch, n_samples: int = 1) -> Trace:
        """Infer codes of ``batch``, ``n_samples`` each; the rest of the pass waits in the trace."""
        posterior = self.encoder(batch.seen, *batch.conditions)
        shape = torch.Size((n_samples,))
        z = posterior.rsample(shape) if posterior.has_rsample else posterior.sample(shape)
        return Trace(self, batch, posterior, z)

    def encode(self, x: Tensor, *conditions: Tensor) -> Tensor:
        """Return the deterministic code of x, shape (n, *code)."""
        return point(self.encoder(x, *conditions))

    def decode(self, z: Tensor, *conditions: Tensor) -> Tensor:
        """Return the expected x given z, shape (n, *event)."""
        return point(self.decoder(z, *conditions))

    def sample(
        self,
        n: int,
        *conditions: Tensor,
        mean: bool = True,
        sampler: ConditionalDistribution | None = None,
    ) -> Tensor:
        """Draw z from the prior or ``sampler``; return the mean of p(x|z) or a draw from it."""
        sampler = self.prior if sampler is None else sampler
        if sampler is None:
            raise IncompatiblePartsError(
                "sample() draws codes from the prior, but this model has none; give sampler=, for "
                "instance priors.Normal.fit(codes)."
            )
        z = sampler(*conditions).sample(() if conditions else torch.Size((n,)))
        likelihood = self.decoder(z, *conditions)
        return point(likelihood) if mean else likelihood.sample()


def _check_same_codes(
    encoder: ConditionalDistribution, prior: ConditionalDistribution | None
) -> None:
    # A part of another library (a flow, say) may not say where it lives: then it is taken at
    # its word.
    for name, meaning in {"space": "live in", "event_shape": "have shape"}.items():
        q, p = getattr(encoder, name, None), getattr(prior, name, None)
        if prior is not None and q is not None and p is not None and q != p:
            raise IncompatiblePartsError(
                f"Codes of the encoder ({family(encoder)}) {meaning} {q!r}, but codes of the "
                f"prior ({family(prior)}) {meaning} {p!r}; their divergence has no meaning. Use "
                "priors.natural_prior(encoder), which is prior='auto' in an estimator, or another "
                "posterior."
            )
