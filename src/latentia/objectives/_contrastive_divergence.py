"""A Boltzmann machine is lowered where the data are, and raised where it believes they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference import as_temperatures, exchange
from latentia.models import RBM, Batch, Bipartite, Chains, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class ContrastiveDivergence(Objective):
    r"""The free energy of examples, less that of states which the machine itself makes.

    .. math:: L(v) = F(v) - F(\tilde v), \qquad
              \nabla \log p(v) = -\nabla F(v) + E_{\tilde v \sim p} \nabla F(\tilde v)

    in nats, for :class:`~latentia.models.RBM`. The states :math:`\tilde v` are where Gibbs chains
    are after a few steps: chains that start at the examples, or ones that go on from step to step
    and come nearer to draws of the machine. The gradient follows F alone, not the draws. The value
    is no likelihood and need not fall; watch :func:`~latentia.evaluation.pseudo_log_likelihood`.

    Persistent chains belong to the objective, start at draws from the visible biases, and become
    the starts of the chains of the machine's prior.

    Parameters
    ----------
    n_steps : int, default=1
        The number k of Gibbs steps of each chain in each step of training.
    persistent : bool, default=False
        Whether chains go on where they were, instead of starting at the examples.
    n_chains : int or None, default=None
        The number of persistent chains; None is the size of the first batch.
    temperatures : sequence of float or None, default=None
        Inverse temperatures in (0, 1], rising to 1, at which chains run beside each other: weights
        and biases are multiplied by them, but the biases of normal visible units. Neighbours
        exchange states after their steps, so that a chain can cross over between modes far apart.
        The gradient is of those at 1. Needs ``persistent``.

    Raises
    ------
    ValueError
        For chains of zero length, ``n_chains`` below 1, temperatures out of range, or either
        without ``persistent``.
    IncompatiblePartsError
        When it is used, for another model, or examples with a corruption.

    References
    ----------
    G. E. Hinton. Training Products of Experts by Minimizing Contrastive Divergence. 2002.
    T. Tieleman. Training Restricted Boltzmann Machines Using Approximations to the Likelihood
    Gradient. 2008. With ``persistent``.
    G. Desjardins, A. Courville, Y. Bengio, P. Vincent, O. Delalleau. Tempered Markov Chain Monte
    Carlo for Training of Restricted Boltzmann Machines. 2010. With ``temperatures``.

    Examples
    --------
    >>> import torch
    >>> machine, x = RBM(4, n_hidden=2), torch.eye(4)
    >>> objective = ContrastiveDivergence(n_steps=3, persistent=True)
    >>> objective(machine.trace(Batch(x)), Info()).values.shape
    torch.Size([4])
    """

    def __init__(
        self,
        n_steps: int = 1,
        persistent: bool = False,
        n_chains: int | None = None,
        temperatures: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if n_chains is not None:
            as_count(n_chains, "n_chains")
        for name, given in {"n_chains": n_chains, "temperatures": temperatures}.items():
            if given is not None and not persistent:
                raise ValueError(
                    f"{name}={given} is about chains that go on from step to step, but "
                    "persistent=False starts them at the examples; set persistent=True."
                )
        self.n_steps = as_count(n_steps, "n_steps")
        self.persistent = persistent
        self.n_chains = n_chains
        self.temperatures = None if temperatures is None else as_temperatures(temperatures)
        self.chains = Chains()
        self._ahead: Tensor | None = None
        self._looked = False
        # Pieces of a batch would each go on from the same states.
        self.uses_batch_statistics = persistent
        self.gathers = not persistent

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        # Without a trace, whose codes persistent chains have no use for.
        yield "model", self._loss(model, batch)[0]

    def forward(self, trace: Trace, info: Info) -> Loss:
        return self._loss(trace.model, trace.batch)[0]

    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        if self._ahead is None:
            return
        self.chains.states, self._ahead = self._ahead, None
        cast(RBM, model).prior.chains.states = self.chains.states[-1]

    def _loss(self, model: LatentVariableModel, batch: Batch) -> tuple[Loss, Tensor]:
        """Return the loss, and the input that the examples give to the hidden units."""
        machine = _machine_of(model, batch)
        x = machine.flat(batch.x)
        if not (self._looked or torch.compiler.is_compiling()):
            # Once, as it waits for the device; what learns from other data goes wrong quietly.
            machine.visible.check_states(x)
            self._looked = True
        dreams = self._dreams(machine, x)
        both = torch.cat([x, dreams])
        inputs = machine.up(both)
        if self.persistent and self.temperatures is None:
            self._ahead = machine.hidden.draw(inputs[len(x) :]).unsqueeze(0)
        energy, dreamt = machine.free_energy(both, inputs).split([len(x), len(dreams)])
        difference = energy - (dreamt.mean() if self.persistent else dreamt)
        return Loss(difference, {"free_energy_difference": difference}), inputs[: len(x)]

    @torch.no_grad()
    def _dreams(self, machine: Bipartite, x: Tensor) -> Tensor:
        """Return where the chains come to, flat."""
        if not self.persistent:
            return machine.walk(machine.hidden.draw(machine.up(x)), self.n_steps)
        if self.temperatures is None:
            return machine.walk(self._states(machine, len(x), 1)[0], self.n_steps)
        beta = x.new_tensor(self.temperatures).view(-1, 1, 1)
        v = machine.walk(self._states(machine, len(x), len(beta)), self.n_steps, beta)
        v, inputs = exchange(machine, v, machine.up(v), beta)
        self._ahead = machine.hidden.draw(beta * inputs)
        return v[-1]

    def _states(self, machine: Bipartite, n: int, n_temperatures: int) -> Tensor:
        """Return where the chains are, shape (n_temperatures, n_chains, n_hidden)."""
        if self.chains.started:
            return self.chains.states
        n_chains = n if self.n_chains is None else self.n_chains
        started = machine.starts(n_temperatures * n_chains)
        return started.unflatten(0, (n_temperatures, n_chains))


def _machine_of(model: LatentVariableModel, batch: Batch) -> Bipartite:
    if not isinstance(model, RBM):
        raise IncompatiblePartsError(
            f"ContrastiveDivergence and {type(model).__name__} do not fit: it walks between "
            "the two sides of models.RBM. Use models.RBM, or objectives.ELBO for this model."
        )
    if batch.corrupted is not None:
        raise IncompatiblePartsError(
            "ContrastiveDivergence and a corruption do not fit: the energy is of the examples "
            "themselves, which no part of the machine reconstructs. Use corruption=None."
        )
    return model.machine
