"""The variational autoencoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, cast

from torch import Tensor

from latentia._names import lookup
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.estimators._companions import with_companion
from latentia.estimators._likelihood import check_head
from latentia.estimators._making import made_from
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import PART, Rule
from latentia.estimators._single_code import SingleCode
from latentia.estimators._variational import VariationalEstimator
from latentia.heads import DiagonalNormal, Head, NormalMixture, posteriors
from latentia.models import LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import Objective
from latentia.priors import natural_prior, priors

_PRIOR_UNITS = 64

#: What a prior may be that a network predicts: from the head of the code to that of the prior.
_PREDICTED: dict[str, Callable[[Head], Head]] = {
    "auto": lambda code: DiagonalNormal(code.event_shape) if code.deterministic else code,
    "mixture": lambda code: NormalMixture(code.event_shape),
}


@documented
@dataclass(eq=False, repr=False)
class VAE(SingleCode, VariationalEstimator):
    r"""A variational autoencoder: a code with a distribution, and a prior to sample from.

    .. math:: \max_{\theta, \phi} \tfrac{1}{n} \sum_i E_{z \sim q_\phi(z|x_i)}
              \log p_\theta(x_i|z) - \beta\, D_{KL}(q_\phi(z|x_i) \,\|\, p(z))

    in nats, summed over features and code dimensions. The default likelihood learns its own scale,
    which sets the balance of the two terms from the data.

    Parameters
    ----------
    posterior : str or callable, default="diagonal"
        q(z|x): a name in ``heads.posteriors``, or a function of the code's shape that returns a
        Head.
    prior : str or callable, default="auto"
        p(z): a name in ``priors.priors``, or a function that returns a ConditionalDistribution for
        an encoder, such as ``partial(priors.Vamp, n_components=500)``. "auto" suits the codes:
        standard normal for real ones, uniform on the sphere and over categories. Where it sees the
        condition, a network predicts it from y: "auto" is then of the posterior's kind, and
        "mixture" a mixture of 10 normals.
    <objective parameters>
    <code size>
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.
    D. J. Rezende, S. Mohamed, D. Wierstra. Stochastic Backpropagation and Approximate Inference in
    Deep Generative Models. 2014.
    X. Chen et al. Variational Lossy Autoencoder. 2016. With ``prior="flow"``.
    J. Lucas, G. Tucker, R. Grosse, M. Norouzi. Don't Blame the ELBO! A Linear VAE Perspective on
    Posterior Collapse. 2019. With ``hidden_layer_sizes=()``.
    <references of options>

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import VAE
    >>> X = load_digits().images
    >>> vae = VAE(n_components=2, max_iter=2, random_state=0, verbose=False).fit(X)
    >>> vae.transform(X).shape, vae.sample(5, random_state=0).shape
    ((1797, 2), (5, 8, 8))
    """

    _: KW_ONLY
    posterior: str | Callable[..., Head] = "diagonal"
    prior: str | Callable[..., ConditionalDistribution] = "auto"

    _rules: ClassVar[dict[str, Rule]] = {"posterior": PART, "prior": PART}

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        encoder = self._amortized_encoder(event_shape)
        decoder = self._amortized_decoder(event_shape)
        return LatentVariableModel(encoder, decoder, self._prior(encoder))

    def _objective(self) -> Objective:
        return with_companion(super()._objective(), self._penalties(), self.model_)

    def _start_from(self, x: Tensor) -> None:
        super()._start_from(x)
        prior = self.model_.prior
        if prior is not None and prior.of_posteriors:
            cast(Any, prior).start_from(x)

    def _prior(self, encoder: Amortized) -> ConditionalDistribution:
        if self._sees("prior"):
            return self._predicted_prior()
        if self.prior == "auto":
            return natural_prior(encoder)
        make = lookup(priors, self.prior, "prior") if isinstance(self.prior, str) else self.prior
        way = (
            "give a name, or a function of the encoder such as partial(priors.Vamp, "
            "n_components=10); what is fitted to codes is for fit_sampler, after training"
        )
        return _check_prior(made_from(make, self.prior, "prior", encoder, way), self.prior)

    def _predicted_prior(self) -> Amortized:
        """Return p(z|c), all of whose numbers a network predicts from y."""
        if not (isinstance(self.prior, str) and self.prior in _PREDICTED):
            ways = " or ".join(f"prior={name!r}" for name in _PREDICTED)
            raise ValueError(
                f"prior={self.prior!r:.80} has no meaning beside conditioned="
                f"{tuple(self.conditioned)!r}: a network predicts the prior from y. Set {ways}, or "
                "take 'prior' out of conditioned."
            )
        head = _PREDICTED[self.prior](self._code_head())
        return Amortized(MLP(self._context, head.n_params, (_PRIOR_UNITS,)), head)

    def _code_head(self) -> Head:
        q = self.posterior
        make = lookup(posteriors, q, "posterior") if isinstance(q, str) else q
        return check_head(make(self.n_components), "posterior", q)


def _check_prior(made: object, given: object) -> ConditionalDistribution:
    if not isinstance(made, ConditionalDistribution):
        raise ValueError(
            f"prior={given!r:.80} must return a ConditionalDistribution such as "
            f"priors.StandardNormal(encoder), but returned {made!r:.80}."
        )
    return made
