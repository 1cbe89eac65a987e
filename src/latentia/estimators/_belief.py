"""The deep belief network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.estimators._boltzmann import RestrictedBoltzmannMachine
from latentia.estimators._coding import check_fitted_input
from latentia.estimators._layered import LayeredEstimator
from latentia.estimators._machines import MachineEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import COUNT, Rule, is_count
from latentia.models import RBM, BeliefNetwork, LatentVariableModel
from latentia.objectives import Objective, UpDown
from latentia.training import seeded


@documented
@dataclass(eq=False, repr=False)
class DeepBeliefNetwork(MachineEstimator, LayeredEstimator):
    r"""A deep belief network: a Boltzmann machine of codes on top of directed layers.

    .. math:: p(x, h) = p(x \mid h_1) \cdots p(h_{L-2} \mid h_{L-1})\, p(h_{L-1}, h_L)

    Each layer is first learned as a restricted Boltzmann machine of the codes below it. Then all
    are trained together: what is recognised in the data teaches generation, and what the network
    dreams teaches recognition. The code is the mean of the highest layer; ``sample`` walks Markov
    chains between the highest two, and draws the others downwards.

    Parameters
    ----------
    layers : sequence of int, default=(256, 64)
        Units of each hidden layer, at least two, the last of which is the code.
    of : RestrictedBoltzmannMachine, sequence of them or None, default=None
        What a layer is first trained as, one for all or one for each; None is
        ``RestrictedBoltzmannMachine()``. Size, scaling, seed, device, precision, determinism,
        checkpoints and verbosity are set from here, and so are the visible units.
    fine_tune : bool, default=True
        Train the network as a whole; the parameters below say how. False keeps the layers as they
        were first trained, and the history empty.
    n_gibbs_steps : int, default=1
        Steps of each chain of the highest machine, in each step of training as a whole.
    <unit parameters>
    <training parameters of units>

    Attributes
    ----------
    layers_ : list of RestrictedBoltzmannMachine
        The layers as they were first trained; not kept on disk.
    <shared attributes>

    References
    ----------
    G. E. Hinton, S. Osindero, Y.-W. Teh. A Fast Learning Algorithm for Deep Belief Nets. 2006.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import DeepBeliefNetwork, RestrictedBoltzmannMachine
    >>> X, layer = load_digits().images, RestrictedBoltzmannMachine(max_iter=2)
    >>> network = DeepBeliefNetwork((32, 16), of=layer, max_iter=2, random_state=0, verbose=False)
    >>> network.fit(X).transform(X).shape, network.sample(5, random_state=0).shape
    ((1797, 16), (5, 8, 8))
    """

    _: KW_ONLY
    n_gibbs_steps: int = 1

    _rules: ClassVar[dict[str, Rule]] = {
        "layers": Rule(
            lambda v: len(v) > 1,
            "at least two layers; of one layer it is a RestrictedBoltzmannMachine",
        ),
        "n_gibbs_steps": COUNT,
    }
    _layer: ClassVar[type] = RestrictedBoltzmannMachine
    _layer_in_words: ClassVar[str] = "a RestrictedBoltzmannMachine"

    def _default_layer(self) -> RestrictedBoltzmannMachine:
        return RestrictedBoltzmannMachine()

    def _joined(self, layers: Sequence[Any], models: Sequence[Any]) -> LatentVariableModel:
        return BeliefNetwork(*models)

    @property
    def _machine(self) -> RBM:
        return self._network.top

    @property
    def _network(self) -> BeliefNetwork:
        return cast(BeliefNetwork, self.model_)

    def _free_energy(self, model: Any, x: Tensor) -> Tensor:
        return model.free_energy(x)

    def _objective(self) -> Objective:
        return UpDown(self.n_gibbs_steps)

    def _cost(self) -> Objective:
        return self._objective()

    def energy(self, X: Any, y: Any = None) -> Any:
        """Return the variational free energy of each example in nats, shape (n,).

        It is near -log p(x) - log Z, in the units of the data where visible units are normal. The
        means of the layers stand for draws, so that it is the same in every call, but no bound.
        """
        return super().energy(X, y)

    def score_samples(self, X: Any, y: Any = None) -> Any:
        """Return minus the variational free energy of each example: near log p(x) + log Z.

        It ranks examples. :meth:`log_likelihood_bound` is a bound on log p(x).
        """
        return super().score_samples(X, y)

    def log_likelihood_bound(
        self,
        X: Any,
        *,
        n_samples: int = 20,
        n_chains: int = 100,
        n_temperatures: int = 1000,
        random_state: int = 0,
        return_report: bool = False,
    ) -> tuple[np.ndarray, Any]:
        """Return a lower bound on log p(x) of each example, and the error of the constant in it.

        The constant log Z of the highest machine is counted or estimated as in
        :meth:`RestrictedBoltzmannMachine.log_likelihood`.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        n_samples : int, default=20
            Draws of the layers for each example.
        n_chains : int, default=100
            Independent chains of the estimate of log Z.
        n_temperatures : int, default=1000
            Steps of each.
        random_state : int, default=0
            Of draws and chains.
        return_report : bool, default=False
            As in :meth:`RestrictedBoltzmannMachine.log_likelihood`.

        Returns
        -------
        bound : ndarray of shape (n,)
            In nats, in the units of the data; its mean over draws is below log p(x).
        standard_error : float, or LogConstant
            Of log Z in nats, by the spread of the chains; 0 where it was counted.

        References
        ----------
        R. Salakhutdinov, I. Murray. On the Quantitative Analysis of Deep Belief Networks. 2008.
        """
        if not is_count(n_samples):
            raise ValueError(f"n_samples={n_samples!r} must be an integer of at least 1.")
        array = check_fitted_input(self, X)
        self._check_support(array)
        with torch.no_grad(), seeded(random_state, self._device):
            bound = self._map_array(array, lambda x: self._bound(x, n_samples))
            states = self._network.up(self.as_batch(X).x)[-1]
        found = self._log_constant(states, n_chains, n_temperatures, random_state)
        bound = bound.astype(np.float64) - found.log_z
        return bound, found if return_report else found.standard_error

    def most_likely_code(self, X: Any, y: Any = None, **_: Any) -> Any:
        """Refuse, as the layers between an example and its code are not known.

        Raises
        ------
        IncompatiblePartsError
            Always.
        """
        raise IncompatiblePartsError(
            "most_likely_code and DeepBeliefNetwork do not fit: the energy of an example and its "
            "code is a sum over all states of the layers between them. Use transform, or "
            "most_likely_code of a RestrictedBoltzmannMachine, where there are none."
        )

    def _bound(self, x: Tensor, n_samples: int) -> Tensor:
        return self._log_jacobian() - self._network.free_energy(x, n_samples)
