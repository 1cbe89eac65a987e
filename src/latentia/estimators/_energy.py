"""The energy-based autoencoder: codes are searched for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.estimators._energy_parts import (
    check_decoder,
    check_temperature,
    density_of,
    energy_space,
    turned,
)
from latentia.estimators._free_energies import FreeEnergies
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._parameters import as_corruption
from latentia.estimators._rules import COUNT, NOT_NEGATIVE, PART, SMALLEST, Rule, is_maker
from latentia.heads import Delta, Head
from latentia.inference import Search
from latentia.models import LatentEnergy, LatentVariableModel
from latentia.objectives import (
    CodeEnergy,
    ContrastiveEnergy,
    FreeEnergy,
    Objective,
    TargetPropagation,
)
from latentia.spaces import Space

_INFERENCES = ("search", "target-propagation")


@documented
@dataclass(eq=False, repr=False)
class EnergyAutoencoder(FreeEnergies, MirroredEstimator):
    r"""An autoencoder whose code is searched for: it needs a decoder, and no encoder.

    .. math:: E(x, z) = C(x, \mathrm{Dec}(z)) + w R(z), \qquad
              \check z = \arg\min_z E(x, z), \qquad
              F_\beta(x) = -\tfrac{1}{\beta} \log \tfrac{1}{|Z|} \int_Z e^{-\beta E(x, z)}\, dz

    C is the negative log-likelihood in nats, or a norm. Training makes :math:`F_\beta` of the data
    small, which for an infinite :math:`\beta` is :math:`F_\infty(x) = \min_z E(x, z)`, and
    ``transform`` returns :math:`\check z` at every temperature. Little but a small code
    keeps the energy up elsewhere: a regularizer does so for a decoder that is given, but not for
    one that learns, and a contrast cannot push up what is reconstructed perfectly. Where the energy
    has collapsed, a warning says so.

    Parameters
    ----------
    <code size>
    space : str or callable, default="real"
        Where codes live: a name in ``spaces.spaces``, or a function of ``n_components`` that
        returns a Space, such as ``partial(spaces.Box, low=0.0, high=1.0)``. "circle" has one code,
        an angle; "categories" chooses one of ``n_components``, all of which are compared.
    regularizer : str, callable or None, default=None
        R: a name in ``models.regularizers``, a function of codes, shape (k, n, n_components), to
        shape (k, n), or None. "normal" is the negative log-density of a standard normal prior.
    regularizer_weight : float, default=1.0
        w, at least 0.
    norm : str or None, default=None
        C instead of the negative log-likelihood: a name in ``models.norms``.
    inference : {"search", "target-propagation"}, default="search"
        How codes are found. "target-propagation" trains an encoder to guess them beside the
        decoder, by ``objectives.TargetPropagation``; ``transform`` is its guess then, and
        ``most_likely_code`` searches on from there. It is faster, and for real codes only.
    beta : float, default=inf
        Inverse temperature of training and of ``score_samples``, positive. A finite one integrates
        over codes, so it is for one or two of them, or categories; and for a bounded space or a
        regularizer. It takes some hundred energies for each example and step with one code, some
        thousand with two.
    contrast : str, callable or None, default=None
        Makes points off the data, whose free energy is pushed up, out of scaled examples: a name
        in ``corruptions.corruptions``, an object such as ``corruptions.Gaussian(1.0)``, or a
        function of a batch. The loss is then ``objectives.ContrastiveEnergy`` with "log".
    decoder : callable or None, default=None
        A class or a function without arguments that makes p(x|z), a ConditionalDistribution over
        scaled examples with a ``head``, in place of a network. Then ``likelihood`` and the
        parameters of the network have no meaning.
    n_restarts : int, default=3
        Starts of each search.
    n_steps : int, default=50
        The most often that a search computes its energies.
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>
    energy_ : LatentEnergy
        E, of scaled examples.

    Warns
    -----
    CollapsedEnergyWarning
        If codes explain uniform noise in the box of the data, with about the same energy.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import EnergyAutoencoder
    >>> X = load_iris().data
    >>> quick = {"max_iter": 5, "random_state": 0, "verbose": False}
    >>> model = EnergyAutoencoder(3, space="categories", norm="squared_error", **quick).fit(X)
    >>> model.transform(X).sum(axis=0).shape, model.free_energy(X, beta=2.0).shape
    ((3,), (150,))
    """

    n_components: int = 2
    _: KW_ONLY
    space: str | Callable[[int], Space] = "real"
    regularizer: str | Callable[[Tensor], Tensor] | None = None
    regularizer_weight: float = 1.0
    norm: str | None = None
    inference: str = "search"
    beta: float = math.inf
    contrast: str | Callable[[Tensor], Tensor] | None = None
    decoder: Callable[[], ConditionalDistribution] | None = None
    n_restarts: int = 3
    n_steps: int = 50

    _rules: ClassVar[dict[str, Rule]] = {
        "n_components": COUNT,
        "space": PART,
        "regularizer_weight": NOT_NEGATIVE,
        "inference": Rule(lambda v: v in _INFERENCES, " or ".join(map(repr, _INFERENCES))),
        "beta": Rule(
            lambda v: isinstance(v, int | float) and v >= SMALLEST, "a positive number, or math.inf"
        ),
        "decoder": Rule(
            lambda v: v is None or is_maker(v),
            "a class, or a function without arguments, that makes a ConditionalDistribution, or "
            "None; an object is none of these",
        ),
        "n_restarts": COUNT,
        "n_steps": COUNT,
    }

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return int(self.n_components)

    @property
    def energy_(self) -> LatentEnergy:
        return self._energy_of_codes(self.model_)

    @property
    def score_kind_(self) -> str:
        """What ``score_samples`` returns, as in :class:`LatentEstimator`."""
        plain = self.regularizer is None and math.isinf(self.beta)
        return super().score_kind_ if plain else "minus_energy"

    def score_samples(self, X: object, y: object = None) -> object:
        r"""Return minus the free energy of each example at the temperature of training.

        In nats and in the units of the data, unless a ``norm`` has units of its own. With
        ``regularizer="normal"``, real codes and ``beta=1`` it is log p(x).
        """
        return super().score_samples(X, y)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        as_corruption(self.contrast, "contrast")
        guessed = self.inference == "target-propagation"
        if guessed and not (math.isinf(self.beta) and self.contrast is None):
            raise IncompatiblePartsError(
                f"inference='target-propagation' and beta={self.beta}, contrast={self.contrast!r} "
                "do not fit: it learns from one code of each example. Use inference='search'."
            )
        if self.condition is not None and set(self.conditioned) != {"encoder", "decoder"}:
            raise ValueError(
                f"conditioned={tuple(self.conditioned)!r} must be ('encoder', 'decoder'): a search "
                "sees what the decoder sees, and there is no prior that could."
            )
        if self.decoder is not None and self.likelihood != "auto":
            raise ValueError(
                f"likelihood={self.likelihood!r:.80} has no meaning beside a decoder, which has "
                "its own; leave one of them out."
            )

    @property
    def _given_likelihood(self) -> Any:
        return self.likelihood if self.decoder is None else type(self._made_decoder().head)

    def _made_decoder(self) -> Any:
        assert self.decoder is not None
        return check_decoder(self.decoder(), self.decoder)

    def _space(self) -> Space:
        return energy_space(self.space, int(self.n_components))

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        space = self._space()
        check_temperature(self.beta, space)
        if self.decoder is not None:
            decoder = self._made_decoder()
            if tuple(decoder.event_shape) != tuple(event_shape):
                raise IncompatiblePartsError(
                    f"decoder={self.decoder!r:.80} and X do not fit: it predicts examples of shape "
                    f"{tuple(decoder.event_shape)}, and those of X have shape {event_shape}."
                )
        elif space.name == "circle":
            decoder = turned(self._decoder_for(2, event_shape))
        else:
            decoder = self._decoder_for(int(self.n_components), event_shape)
        prior = density_of(space, None if self.norm else self.regularizer, self.regularizer_weight)
        if self.inference == "search":
            energy = self._energy_with(decoder, space)
            found = Search(energy, n_restarts=self.n_restarts, n_steps=self.n_steps)
            return LatentVariableModel(found, decoder, prior)
        if space.name != "real":
            raise IncompatiblePartsError(
                f"inference='target-propagation' and space={self.space!r:.80} do not fit: it walks "
                "from code to code through all real numbers. Use inference='search'."
            )
        head: Head = Delta(space.event_shape)
        return LatentVariableModel(self._encoder_for(head, event_shape), decoder, prior)

    def _energy_with(self, decoder: ConditionalDistribution, space: Space) -> LatentEnergy:
        return LatentEnergy(
            decoder,
            space,
            cost=self.norm,
            regularizer=self.regularizer,
            weight=self.regularizer_weight,
        )

    def _energy_of_codes(self, model: LatentVariableModel) -> LatentEnergy:
        return self._energy_with(model.decoder, self._space())

    def _objective(self) -> Objective:
        if self.inference == "target-propagation":
            return TargetPropagation(
                self.norm, self.regularizer, regularizer_weight=self.regularizer_weight
            )
        negatives = as_corruption(self.contrast, "contrast")
        if negatives is not None:
            return ContrastiveEnergy(negatives, self.energy_, self.beta, loss="log")
        return self._cost() if math.isinf(self.beta) else FreeEnergy(self.energy_, self.beta)

    def _cost(self) -> Objective:
        return CodeEnergy(self.energy_)

    def _first_sampler(self, codes: Tensor) -> ConditionalDistribution:
        prior = self.model_.prior
        return super()._first_sampler(codes) if prior is None else prior

    def _scores(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        if math.isinf(self.beta):
            return super()._scores(array, conditions)
        return -self._free_energies(array, conditions, self.beta)

    def _log_jacobian(self) -> Tensor | float:
        return super()._log_jacobian() if self.norm is None else 0.0
