"""The restricted Boltzmann machine."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import Tensor

from latentia.conditional import Amortized, ConditionalDistribution
from latentia.estimators._coding import check_fitted_input
from latentia.estimators._machines import MachineEstimator, in_range
from latentia.estimators._most_likely import CodeSearch, check_search
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import COUNT, MAYBE_COUNT, Rule
from latentia.estimators._stackable import Stackable
from latentia.estimators._told import Told
from latentia.evaluation import pseudo_log_likelihood
from latentia.heads import Head, codes
from latentia.models import RBM, LatentVariableModel, untied
from latentia.objectives import Objective, Reconstruction
from latentia.training import seeded

_HIDDEN = ("bernoulli", "normal")


@documented
@dataclass(eq=False, repr=False)
class RestrictedBoltzmannMachine(Stackable, MachineEstimator):
    r"""A restricted Boltzmann machine: visible and hidden units that agree on each other.

    .. math:: p(v, h) = \frac{1}{Z} e^{b^\top v + c^\top h + h^\top W v}, \qquad
              p(h_j = 1 \mid v) = \sigma(c_j + W_j v)

    The code is the mean of the hidden units given the data. ``sample`` walks Markov chains. It
    learns from the difference between the data and what chains of its own come to, which is no
    loss that falls; the loss that is told is how badly some of the examples are reconstructed, in
    nats.

    Parameters
    ----------
    n_components : int, default=64
        Hidden units.
    hidden : {"bernoulli", "normal"}, default="bernoulli"
        Hidden units that are 0 or 1, or normal ones of variance 1, whose means are a linear code;
        these only below Bernoulli visible ones.
    n_gibbs_steps : int, default=1
        Steps of each chain in each step of training: more follow the likelihood better.
    persistent : bool, default=True
        Whether chains go on where they were, as is best for a model of the data. False starts them
        at the examples, which is quicker to give good codes.
    n_chains : int or None, default=None
        Persistent chains; None is ``batch_size``.
    temperatures : sequence of float or None, default=None
        Inverse temperatures in (0, 1], rising to 1, at which persistent chains have companions
        that they exchange states with, such as ``(0.25, 0.5, 0.75, 1.0)``; for data in modes far
        apart.
    <unit parameters>
    <training parameters of units>

    Attributes
    ----------
    <shared attributes>

    References
    ----------
    P. Smolensky. Information Processing in Dynamical Systems: Foundations of Harmony Theory. 1986.
    G. E. Hinton. Training Products of Experts by Minimizing Contrastive Divergence. 2002.
    K. Cho, A. Ilin, T. Raiko. Improved Learning of Gaussian-Bernoulli Restricted Boltzmann
    Machines. 2011. With ``likelihood="normal"``.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import RestrictedBoltzmannMachine
    >>> X = load_digits().images
    >>> rbm = RestrictedBoltzmannMachine(16, max_iter=2, random_state=0, verbose=False).fit(X)
    >>> rbm.transform(X).shape, rbm.sample(5, random_state=0).shape
    ((1797, 16), (5, 8, 8))
    """

    n_components: int = 64
    _: KW_ONLY
    hidden: str = "bernoulli"
    n_gibbs_steps: int = 1
    persistent: bool = True
    n_chains: int | None = None
    temperatures: Sequence[float] | None = None

    _rules: ClassVar[dict[str, Rule]] = {
        "n_components": COUNT,
        "hidden": Rule(lambda v: v in _HIDDEN, "'bernoulli' or 'normal'"),
        "n_gibbs_steps": COUNT,
        "n_chains": MAYBE_COUNT,
    }

    @property
    def n_components_(self) -> int:  # type: ignore[override]
        return int(self.n_components)

    @property
    def _machine(self) -> RBM:
        return cast(RBM, self.model_)

    def _free_energy(self, model: Any, x: Tensor) -> Tensor:
        return model.free_energy(x)

    def _code_head(self) -> Head:
        return codes["identity" if self.hidden == "normal" else "sigmoid"](self.n_components)

    def _unrolled(self, model: Any) -> tuple[ConditionalDistribution, ConditionalDistribution]:
        up, down = untied(model)
        return Amortized(up.net, self._code_head()), down

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        return RBM(event_shape, self.n_components, str(self.likelihood_), self.hidden)

    def _start_from(self, x: Tensor) -> None:
        self._machine.start_from(in_range(x, self._machine))

    def _objective(self) -> Objective:
        objective = Told(self.n_gibbs_steps, self.persistent, self.n_chains, self.temperatures)
        if self.persistent and hasattr(self, "model_"):
            objective.go_on_from(self._machine)
        return objective

    def _cost(self) -> Objective:
        return Reconstruction()

    def energy(self, X: Any, y: Any = None) -> Any:
        r"""Return the free energy of each example in nats, shape (n,), lower is more usual.

        .. math:: F(v) = -\log \sum_h e^{-E(v, h)} = -\log p(v) - \log Z

        of the scaled data, and in the units of the data where units are normal.
        """
        return super().energy(X, y)

    def score_samples(self, X: Any, y: Any = None) -> Any:
        """Return minus the free energy of each example: log p(x) + log Z in nats.

        It ranks examples. :meth:`log_likelihood` subtracts the constant log Z.
        """
        return super().score_samples(X, y)

    def log_likelihood(
        self,
        X: Any,
        *,
        n_chains: int = 100,
        n_temperatures: int = 1000,
        random_state: int = 0,
        return_report: bool = False,
    ) -> tuple[np.ndarray, Any]:
        """Return log p(x) of each example, and the error of the constant in it.

        The constant log Z is counted where one side has at most 12 Bernoulli units, and else
        estimated by annealed importance sampling; it is the same for all examples.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        n_chains : int, default=100
            Independent chains of the estimate, at least 2.
        n_temperatures : int, default=1000
            Steps of each; more make the error smaller.
        random_state : int, default=0
            Of the chains.
        return_report : bool, default=False
            Return log Z with its standard error and effective sample size, instead of the standard
            error alone.

        Returns
        -------
        log_likelihood : ndarray of shape (n,)
            In nats, in the units of the data.
        standard_error : float, or LogConstant
            Of log Z in nats, by the spread of the chains; 0 where it was counted. A report has
            ``log_z``, ``standard_error`` and ``effective_sample_size``.

        Raises
        ------
        ValueError
            For ``n_chains`` below 2, or ``n_temperatures`` below 1.

        Warns
        -----
        UserWarning
            If the effective sample size is below 20, where the error says too little.

        Examples
        --------
        >>> import numpy as np
        >>> from latentia import RestrictedBoltzmannMachine
        >>> X = np.eye(4).repeat(10, axis=0)
        >>> rbm = RestrictedBoltzmannMachine(2, max_iter=5, random_state=0, verbose=False).fit(X)
        >>> log_p, standard_error = rbm.log_likelihood(X)
        >>> bool((log_p < 0).all()), standard_error
        (True, 0.0)
        """
        scores = np.asarray(self.score_samples(X))
        x = in_range(self.as_batch(X).x, self._machine)
        found = self._log_constant(x, n_chains, n_temperatures, random_state)
        return scores - found.log_z, found if return_report else found.standard_error

    def most_likely_code(
        self,
        X: Any,
        y: Any = None,
        *,
        n_restarts: int = 8,
        n_steps: int = 200,
        return_report: bool = False,
    ) -> Any:
        r"""Return the states of the hidden units that agree best with each example.

        .. math:: \check h = \arg\min_h E(x, h)

        Given x, hidden units do not depend on each other, so that no search is needed: a unit is 1
        where its rate in :meth:`transform` is above a half, and a normal one is its mean.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : None
            Not used.
        n_restarts, n_steps : int
            Not used, as the result is exact.
        return_report : bool, default=False
            Also return a ``CodeSearch`` with the energies :math:`E(x, h)` in nats, of these states
            and of the means.

        Returns
        -------
        ndarray of shape (n, n_components), or ndarray and CodeSearch
        """
        check_search(n_restarts, n_steps)
        array = check_fitted_input(self, X)
        self._check_support(array)
        machine = copy.deepcopy(self._machine).double()

        def found(x: Tensor) -> Tensor:
            v = in_range(x.double(), machine)
            means = machine.hidden.mean(machine.machine(v))
            best = (means > 0.5).to(means) if machine.hidden.countable else means
            energies = torch.stack([machine.energy(v, best), machine.energy(v, means)], -1)
            return torch.cat([best, energies - self._log_jacobian()], -1)

        numbers = self._map_array(array, found)
        found_codes = numbers[:, :-2].astype(np.float32)
        codes = torch.from_numpy(found_codes) if isinstance(X, Tensor) else found_codes
        report = CodeSearch(numbers[:, -2], numbers[:, -1], np.ones(len(array), dtype=bool))
        return (codes, report) if return_report else codes

    def pseudo_log_likelihood(
        self, X: Any, *, exact: bool = False, random_state: int = 0
    ) -> np.ndarray:
        """Return how well each visible unit is predicted from all others, summed, in nats.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        exact : bool, default=False
            Whether all units are asked, instead of one at random for each example.
        random_state : int, default=0
            Of the choice of units.

        Returns
        -------
        ndarray of shape (n,)

        Raises
        ------
        IncompatiblePartsError
            For normal visible units.

        References
        ----------
        J. Besag. Statistical Analysis of Non-Lattice Data. 1975.
        """
        array = check_fitted_input(self, X)
        self._check_support(array)

        def of_units(x: Tensor) -> Tensor:
            return pseudo_log_likelihood(self._machine, in_range(x, self._machine), exact=exact)

        with seeded(random_state, self._device):
            return self._map_array(array, of_units)
