"""What the estimators of Boltzmann machines share: units, energies, and a constant to estimate."""

from __future__ import annotations

import copy
import math
import warnings
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import ConditionalDistribution
from latentia.data import scalings
from latentia.errors import IncompatiblePartsError
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._likelihood import in_unit_interval, scaled_range
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import Rule, is_count
from latentia.heads import Head
from latentia.inference import anneal_partition, log_partition
from latentia.models import RBM
from latentia.objectives import Weight
from latentia.training import seeded

# States of so many units are counted at once.
_MOST_COUNTED = 12
#: Fewer chains of equal weight make an estimate that cannot be trusted.
_TRUSTED = 20
_KINDS = ("auto", "bernoulli", "normal")


class LogConstant(NamedTuple):
    """log Z of a machine in nats, and how well it is known.

    Parameters
    ----------
    log_z : float
    standard_error : float
        In nats, by the spread of the chains; 0 where it was counted.
    effective_sample_size : float
        Chains of equal weight that would say as much; infinity where it was counted. Few of them
        mean that a few weights decide, and that the standard error is too small.
    """

    log_z: float
    standard_error: float
    effective_sample_size: float


@documented
@dataclass(eq=False, repr=False)
class MachineEstimator(LatentEstimator):
    """A model of units in layers, with an energy and a constant that is hard to know.

    Parameters
    ----------
    <unit parameters>
    <training parameters of units>

    Attributes
    ----------
    <shared attributes>
    """

    _: KW_ONLY
    learning_rate: Weight = 5e-3
    learning_rate_schedule: str = "linear"

    _rules: ClassVar[dict[str, Rule]] = {
        "likelihood": Rule(lambda v: v in _KINDS, "'auto', 'bernoulli' or 'normal'"),
    }

    @property
    @abstractmethod
    def _machine(self) -> RBM:
        """The machine whose constant is not known."""

    @abstractmethod
    def _free_energy(self, model: Any, x: Tensor) -> Tensor:
        """Return the free energy of scaled examples (n, *event), or what stands for it."""

    def _check_parameters(self) -> None:
        super()._check_parameters()
        name = type(self).__name__
        if self.penalty is not None:
            raise IncompatiblePartsError(
                f"penalty={self.penalty!r:.80} and {name} do not fit: its units learn from the "
                "states of chains, and no loss that could be added to. Use weight_decay, or "
                "penalty=None."
            )
        if self.corruption is not None:
            raise IncompatiblePartsError(
                f"corruption={self.corruption!r:.80} and {name} do not fit: the energy is of the "
                "examples themselves. Use augmentation, or corruption=None."
            )

    def _scaling_rule(self, array: np.ndarray) -> str:
        if self.scaling != "auto":
            return self.scaling
        given = self._given_likelihood
        if given == "auto":
            # What no choice of scaling puts into [0, 1] is left to normal units.
            given = _kind_for(array, lookup(scalings, "auto", "scaling")(array))
        return "standard" if given == "normal" else super()._scaling_rule(array)

    def _choose_likelihood(self, array: np.ndarray) -> str | Callable[..., Head]:
        given = self._given_likelihood
        if given != "auto":
            return given
        kind = _kind_for(array, self.scaling_)
        inside = "lie" if kind == "bernoulli" else "do not lie"
        self._say(f"likelihood={kind!r}, because scaled values {inside} in [0, 1].")
        return kind

    def _first_sampler(self, codes: Tensor) -> ConditionalDistribution:
        return cast(ConditionalDistribution, self.model_.prior)

    @property
    def score_kind_(self) -> str:
        """What ``score_samples`` returns: "minus_free_energy", log p(x) but for a constant."""
        return "minus_free_energy"

    def _energies(self, array: np.ndarray, conditions: Sequence[np.ndarray]) -> np.ndarray:
        # In double precision, an energy does not depend on the examples that share its batch.
        model = copy.deepcopy(self.model_).double()
        return self._map_array(
            array, lambda x: self._free_energy(model, x.double()) - self._log_jacobian()
        )

    def _log_constant(
        self, x: Tensor | None, n_chains: int, n_temperatures: int, random_state: int
    ) -> LogConstant:
        """Return log Z of the machine in nats, and how well it is known."""
        for name, number, least in (
            ("n_chains", n_chains, 2),
            ("n_temperatures", n_temperatures, 1),
        ):
            if not (is_count(number) and number >= least):
                raise ValueError(f"{name}={number!r} must be an integer of at least {least}.")
        machine = self._machine
        sides = (machine.visible, machine.hidden)
        if min(len(side.bias) for side in sides if side.countable) <= _MOST_COUNTED:
            return LogConstant(float(log_partition(machine)), 0.0, math.inf)
        with seeded(random_state, self._device):
            annealed = anneal_partition(machine, n_chains, n_temperatures, x=x)
        found = LogConstant(
            float(annealed.log_mean),
            float(annealed.standard_error),
            float(annealed.effective_sample_size),
        )
        if not found.effective_sample_size >= _TRUSTED:
            warnings.warn(
                f"log Z rests on {found.effective_sample_size:.1f} of {n_chains} chains: the "
                "others have next to no weight, so its error is larger than "
                f"{found.standard_error:.2g} nats. Take more n_temperatures than {n_temperatures}.",
                UserWarning,
                stacklevel=3,
            )
        return found


def in_range(x: Tensor, machine: RBM) -> Tensor:
    """Return scaled examples, which rounding may have put a little beyond what units can have."""
    return x.clamp(0, 1) if machine.visible.countable else x


def _kind_for(array: np.ndarray, scaling: Any) -> str:
    return "bernoulli" if in_unit_interval(*scaled_range(array, scaling)) else "normal"
