"""The parameters of models, and the paragraphs that docstrings share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from torch import Tensor

from latentia._names import lookup
from latentia.corruptions import apply, corruptions
from latentia.estimators._rules import (
    NOT_NEGATIVE,
    PART,
    SHARE,
    SIZES,
    SMALLEST,
    Rule,
    is_maker,
    is_within,
)
from latentia.estimators._training import HISTORY, TRAINING
from latentia.heads import Head
from latentia.networks import Architecture, networks
from latentia.objectives import Objective, Weight, penalties

_CODE_SIZE = """n_components : int, default=2
        Dimensions of the code."""

_OBJECTIVE = """objective : str or callable, default="elbo"
        What is minimised: a name in ``objectives.objectives``, or a function that returns an
        Objective, such as ``partial(objectives.IWAE, n_bounds=5)``.
    beta : float, schedule or None, default=None
        Weight of the divergence; this, ``free_bits`` and ``n_samples`` go to the objective, and
        None is its own default: 1 for the evidence lower bound.
    free_bits : float or None, default=None
        Nats for each code dimension that cost nothing; 0 for the evidence lower bound.
    n_samples : int or None, default=None
        Codes drawn for each example in training; 1 for the evidence lower bound."""

_NETWORK = """network : str or networks.Architecture, default="mlp"
        "mlp", or "convolutional" for images of 8 x 8 pixels and more.
    hidden_layer_sizes : sequence of int or None, default=None
        Units (mlp) or channels (convolutional) of the encoder's hidden layers; the decoder mirrors
        them. () is one affine map. None is (256,), or (32, 64, ...) by the size of the image.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise hidden features of each example.
    dropout : float, default=0.0
        Share of hidden units set to zero in training, in [0, 1)."""

_CONDITION = """condition : {"y"} or None, default=None
        "y" makes it a model of x given y, the second argument of ``fit`` and of every method: its
        labels are one-hot and its measurements standardised.
    conditioned : sequence of str, default=("encoder", "decoder")
        Which of "encoder", "decoder" and "prior" see the condition. A prior that does is normal
        with a mean and a spread that a network predicts from y.
    embedding : int or None, default=None
        Learned numbers that stand for the condition in encoder and decoder; None is the condition
        itself."""

_MODEL = """likelihood : str or callable, default="auto"
        p(x|z): a name in ``heads.likelihoods``, or a function of the event shape that returns a
        Head. "auto" is "bernoulli" for data of zeros and ones, else "normal" with a learned scale.
    scaling : str, default="auto"
        A name in ``data.scalings``, fitted in ``fit`` and undone in every output: "auto" divides
        8-bit images by 255 and other images by their maximum, standardises tables, and leaves
        alone what lies in [0, 1] already: images, tables that start at 0, and whatever a
        likelihood of values in [0, 1] was chosen for.
    corruption : str, callable or None, default=None
        What spoils the scaled example that the encoder is given in training, held-out examples
        included; the target stays clean. A name in ``corruptions.corruptions``, an object such as
        ``corruptions.Masking(0.25)``, or a function of a batch that keeps its shape.
    augmentation : str, callable or None, default=None
        What is done to the scaled examples each time that training uses them, target included: an
        object such as ``corruptions.Binarization()``, or a function of a batch that keeps its
        shape.
    penalty : str, callable, mapping or None, default=None
        What is added to the loss: a name in ``objectives.penalties``; a function without arguments
        that returns an Objective; or several names with their weights, such as
        ``{"code-norm": 0.01, "decoder-gradient": 0.1}``.
    penalty_weight : float or schedule, default=0.1
        The weight of a single penalty.
    contamination : float, default=0.1
        Share of the held-out (with early stopping) or training data that ``predict`` calls
        outliers, in (0, 0.5]."""

_HEAD = """encoder : estimator
        Fitted; in a ``FrozenEstimator`` if it must survive ``clone``.
    freeze : bool or int, default=True
        True keeps the encoder as it is; False trains all of it; a number keeps so many of its first
        layers.
    hidden_layer_sizes : sequence of int, default=()
        Units of the hidden layers of the head; () is one affine map of the code.
    activation : str, default="relu"
        Of these layers.
    dropout : float, default=0.0
        Of these layers."""

_ATTRIBUTES = """model_, encoder_, decoder_ : Module
        The fitted model and its parts.
    sampler_ : ConditionalDistribution
        The distribution of codes that ``sample`` draws from.
    offset_ : float
        Minus the energy above which ``predict`` calls an example an outlier.
    n_components_ : int
        Dimensions of the code.
    overcomplete_ : bool
        Whether the code has more dimensions than the data.
    conditions_ : Conditions or None
        What y was, where it is a condition.
    <history attributes>
    scaling_ : data.Affine
        What is done to x before the encoder and undone after the decoder.
    likelihood_ : str or callable
        What "auto" stood for.
    event_shape_ : tuple of int
        Shape of one example."""

_PARAGRAPHS = {
    "<shared attributes>": _ATTRIBUTES,
    "<head parameters>": _HEAD,
    "<condition parameters>": _CONDITION,
    "<code size>": _CODE_SIZE,
    "<network parameters>": _NETWORK,
    "<objective parameters>": _OBJECTIVE,
    "<model parameters>": _MODEL,
    "<training parameters>": TRAINING,
    "<training parameters of a head>": TRAINING.replace(
        """default=1e-3
        A schedule""",
        """default=None
        None is 1e-2 for a head alone, and 1e-3 where the encoder learns too. A schedule""",
    ),
    "<history attributes>": HISTORY,
}


def documented(cls: type) -> type:
    """Write what several estimators share into the docstring of one, where it says so."""
    for mark, paragraph in _PARAGRAPHS.items():
        cls.__doc__ = (cls.__doc__ or "").replace(mark, paragraph)
    return cls


_NETWORK_RULES: dict[str, Rule] = {
    "hidden_layer_sizes": SIZES,
    "dropout": SHARE,
}


def _is_penalty(value: Any) -> bool:
    return value is None or isinstance(value, str) or is_maker(value)


def _is_weighted(item: tuple[Any, Any]) -> bool:
    name, weight = item
    return isinstance(name, str) and (callable(weight) or NOT_NEGATIVE[0](weight))


_MODEL_RULES: dict[str, Rule] = {
    "likelihood": PART,
    "penalty": (
        lambda v: _is_penalty(v) or (isinstance(v, Mapping) and all(map(_is_weighted, v.items()))),
        "a name, a function that returns an Objective, names with their weights, or None",
    ),
    "penalty_weight": (
        lambda v: callable(v) or NOT_NEGATIVE[0](v),
        "a finite number of at least 0, or a schedule",
    ),
    "contamination": (
        lambda v: is_within(v, SMALLEST, math.nextafter(0.5, 1.0)),
        "a number in (0, 0.5]: the share of outliers",
    ),
}


@dataclass(eq=False, repr=False)
class NetworkParameters:
    """An encoder and a decoder that mirror each other."""

    _: KW_ONLY
    network: str | Architecture = "mlp"
    hidden_layer_sizes: Sequence[int] | None = None
    activation: str = "relu"
    layer_norm: bool = False
    dropout: float = 0.0

    _rules: ClassVar[dict[str, Rule]] = _NETWORK_RULES

    def _architecture(self) -> Architecture:
        if isinstance(self.network, Architecture):
            return self.network
        return lookup(networks, self.network, "network")

    def _layers(self) -> dict[str, Any]:
        names = ("activation", "layer_norm", "dropout")
        return {name: getattr(self, name) for name in names}


@dataclass(eq=False, repr=False)
class ModelParameters:
    """What is predicted, of which data, from what the encoder sees, and at what price."""

    _: KW_ONLY
    likelihood: str | Callable[..., Head] = "auto"
    scaling: str = "auto"
    corruption: str | Callable[[Tensor], Tensor] | None = None
    augmentation: str | Callable[[Tensor], Tensor] | None = None
    penalty: str | Callable[[], Objective] | Mapping[str, Weight] | None = None
    penalty_weight: Weight = 0.1
    contamination: float = 0.1

    _rules: ClassVar[dict[str, Rule]] = _MODEL_RULES

    def _augmented(self, x: Tensor) -> Tensor:
        augmentation = as_corruption(self.augmentation, "augmentation")
        return x if augmentation is None else apply(augmentation, x, "augmentation")

    def _penalties(self) -> list[tuple[Weight, Objective]]:
        if self.penalty is None:
            return []
        if isinstance(self.penalty, Mapping):
            return [(weight, _penalty(name)) for name, weight in self.penalty.items()]
        return [(self.penalty_weight, _penalty(self.penalty))]


def _penalty(given: str | Callable[[], Objective]) -> Objective:
    return (lookup(penalties, given, "penalty") if isinstance(given, str) else given)()


def as_corruption(
    given: str | Callable[[Tensor], Tensor] | None, argument: str
) -> Callable[[Tensor], Tensor] | None:
    """Return the corruption that a parameter names, or the object it is.

    Raises
    ------
    ValueError
        For an unknown name, or a class instead of an object.
    """
    if isinstance(given, type):
        raise ValueError(
            f"{argument}={given.__name__} is a class; give an object or one of "
            f"{', '.join(map(repr, corruptions))}."
        )
    if given is None or callable(given):
        return given
    return lookup(corruptions, given, argument)()
