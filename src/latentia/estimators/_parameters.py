"""The parameters that every estimator has, and what they may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any

import numpy as np
from torch import Tensor
from torch.optim import Optimizer

from latentia._names import lookup
from latentia.corruptions import corruptions
from latentia.heads import Head
from latentia.networks import Architecture, networks
from latentia.objectives import Objective, Weight
from latentia.training import schedules

_SHARED = """n_components : int, default=2
        Dimensions of the code.
    network : str or networks.Architecture, default="mlp"
        "mlp", or "convolutional" for images of 8 x 8 pixels and more.
    hidden_layer_sizes : sequence of int or None, default=None
        Units (mlp) or channels (convolutional) of the encoder's hidden layers; the decoder mirrors
        them. () is one affine map. None is (256,), or (32, 64, ...) by the size of the image.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise hidden features of each example.
    dropout : float, default=0.0
        Share of hidden units set to zero in training, in [0, 1).
    likelihood : str or callable, default="auto"
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
    penalty : str, callable or None, default=None
        What is added to the loss: a name in ``objectives.penalties``, or a function without
        arguments that returns an Objective.
    penalty_weight : float or schedule, default=0.1
        Its weight.
    max_iter : int or None, default=None
        Passes over the data; None is as many as give about 20,000 gradient steps, from 10 to 1000.
    batch_size : int, default=128
        Examples a step.
    optimizer : str or callable, default="adam"
        A name in ``training.optimizers``, or a function of (parameters, lr=, weight_decay=).
    learning_rate : float or schedule, default=1e-3
        A schedule is a function of the step.
    learning_rate_schedule : str, default="constant"
        A name in ``training.schedules``: how ``learning_rate`` changes until ``max_iter``.
    weight_decay : float, default=0.0
        The optimiser's own.
    clip_norm : float or None, default=None
        Largest Euclidean norm of the gradient.
    early_stopping : bool, default=False
        Hold out ``validation_fraction`` of the data, stop after ``n_iter_no_change`` passes without
        a lower loss on it, and keep the best weights.
    validation_fraction : float, default=0.1
        In (0, 1); only with early stopping.
    n_iter_no_change : int or None, default=None
        The patience of early stopping; None is as many passes as give about 1,000 steps, at
        least 10.
    precision : {"float32", "bfloat16", "float64"}, default="float32"
        The numbers a step is computed in.
    device : str, default="auto"
        "auto" is CUDA where there is one.
    random_state : int, RandomState or None, default=None
        The same integer gives the same model; None draws a fresh seed.
    verbose : bool, default=True
        Say on standard error what was chosen from the data, and show progress from the third
        second."""


_ATTRIBUTES = """model_, encoder_, decoder_ : Module
        The fitted model and its parts.
    loss_curve_ : dict of str to list of float
        ``loss`` and every term by epoch, as means over examples in nats of the scaled data.
    history_ : History
        The same with how training ended.
    n_iter_ : int
        Passes over the data.
    scaling_ : data.Affine
        What is done to x before the encoder and undone after the decoder.
    likelihood_ : str or callable
        What "auto" stood for.
    event_shape_ : tuple of int
        Shape of one example."""


def documented(cls: type) -> type:
    """Write what all estimators share into the docstring of one, where it says so."""
    doc = (cls.__doc__ or "").replace("<shared parameters>", _SHARED)
    cls.__doc__ = doc.replace("<shared attributes>", _ATTRIBUTES)
    return cls


def _is_count(value: Any) -> bool:
    # Any integer type will do, numpy's too; True is one, but no number of anything.
    return hasattr(value, "__index__") and not isinstance(value, bool) and bool(value >= 1)


def _is_within(value: Any, low: float, high: float) -> bool:
    return (
        isinstance(value, Real) and not isinstance(value, bool) and bool(low <= float(value) < high)
    )


def _are_counts(value: Any) -> bool:
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    return isinstance(listed, Sequence) and all(map(_is_count, listed))


_SMALLEST = math.nextafter(0.0, 1.0)
_COUNT = "an integer of at least 1"
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "n_components": (_is_count, _COUNT),
    "batch_size": (_is_count, _COUNT),
    "max_iter": (lambda v: v is None or _is_count(v), f"{_COUNT}, or None"),
    "n_iter_no_change": (lambda v: v is None or _is_count(v), f"{_COUNT}, or None"),
    "hidden_layer_sizes": (
        lambda v: v is None or _are_counts(v),
        "a sequence of positive integers, e.g. (256, 64), or None",
    ),
    "dropout": (lambda v: _is_within(v, 0.0, 1.0), "a number in [0, 1)"),
    "likelihood": (
        lambda v: isinstance(v, str) or callable(v),
        "a name, or a function of the event shape that returns a Head",
    ),
    "penalty_weight": (
        lambda v: callable(v) or _is_within(v, 0.0, math.inf),
        "a finite number of at least 0, or a schedule",
    ),
    "learning_rate": (
        lambda v: callable(v) or _is_within(v, _SMALLEST, math.inf),
        "a positive number, or a schedule",
    ),
    "weight_decay": (lambda v: _is_within(v, 0.0, math.inf), "a finite number of at least 0"),
    "clip_norm": (
        lambda v: v is None or _is_within(v, _SMALLEST, math.inf),
        "a positive number, or None",
    ),
    "validation_fraction": (lambda v: _is_within(v, _SMALLEST, 1.0), "a number in (0, 1)"),
}


@dataclass(eq=False, repr=False)
class Parameters:
    """The parameters that every estimator has, stored as they were given."""

    n_components: int = 2
    _: KW_ONLY
    network: str | Architecture = "mlp"
    hidden_layer_sizes: Sequence[int] | None = None
    activation: str = "relu"
    layer_norm: bool = False
    dropout: float = 0.0
    likelihood: str | Callable[..., Head] = "auto"
    scaling: str = "auto"
    corruption: str | Callable[[Tensor], Tensor] | None = None
    penalty: str | Callable[[], Objective] | None = None
    penalty_weight: Weight = 0.1
    max_iter: int | None = None
    batch_size: int = 128
    optimizer: str | Callable[..., Optimizer] = "adam"
    learning_rate: Weight = 1e-3
    learning_rate_schedule: str = "constant"
    weight_decay: float = 0.0
    clip_norm: float | None = None
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int | None = None
    precision: str = "float32"
    device: str = "auto"
    random_state: Any = None
    verbose: bool = True

    def _check_parameters(self) -> None:
        for name, (fits, what) in _RULES.items():
            value = getattr(self, name)
            if not fits(value):
                raise ValueError(f"{name}={value!r} must be {what}.")
        self._corruption()

    def _architecture(self) -> Architecture:
        if isinstance(self.network, Architecture):
            return self.network
        return lookup(networks, self.network, "network")

    def _corruption(self) -> Callable[[Tensor], Tensor] | None:
        given = self.corruption
        if isinstance(given, type):
            raise ValueError(
                f"corruption={given.__name__} is a class; give an object or one of "
                f"{', '.join(map(repr, corruptions))}."
            )
        if given is None or callable(given):
            return given
        return lookup(corruptions, given, "corruption")()

    def _learning_rate(self, n_steps: int) -> Weight:
        schedule = lookup(schedules, self.learning_rate_schedule, "learning_rate_schedule")
        if not callable(self.learning_rate):
            return schedule(self.learning_rate, n_steps)
        if self.learning_rate_schedule != "constant":
            raise ValueError(
                "learning_rate is a schedule already; leave learning_rate_schedule at 'constant'."
            )
        return self.learning_rate
