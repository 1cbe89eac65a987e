"""The hidden units of a Boltzmann machine by themselves: drawn, but without a density."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.models._bipartite import Bipartite
from latentia.models._chains import Chains


class Equilibrium(ConditionalDistribution):
    r"""The marginal p(h) of a machine, drawn by Gibbs sampling.

    .. math:: p(h) = \frac{1}{Z} \int e^{-E(v, h)}\, dv

    A draw is the end of a chain of its own. Chains start where training left its own, if it kept
    any, else at a draw from the visible biases. Z is unknown, so there is no density.

    Parameters
    ----------
    machine : Bipartite
        Belongs to the model.
    n_steps : int
        Gibbs steps to a draw.
    """

    def __init__(self, machine: Bipartite, n_steps: int) -> None:
        super().__init__()
        # Inside a tuple the machine is no submodule: a state dict has each number once.
        self._machine = (machine,)
        self.space = machine.hidden.head.space
        self.event_shape = machine.hidden.head.event_shape
        self.n_steps = n_steps
        self.chains = Chains()

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else torch.Size()
        return _Draws(self, batch)

    @torch.no_grad()
    def draw(self, n: int) -> Tensor:
        """Draw n hidden states, shape (n, n_hidden)."""
        (machine,) = self._machine
        if self.chains.started:
            kept = self.chains.states
            h = kept[torch.randint(len(kept), (n,), device=kept.device)]
        else:
            h = machine.starts(n)
        return machine.hidden.draw(machine.up(machine.walk(h, self.n_steps)))


class _Draws(Distribution):
    """The distribution that the ends of chains follow."""

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(self, prior: Equilibrium, batch_shape: torch.Size) -> None:
        self.prior = prior
        super().__init__(batch_shape, torch.Size(prior.event_shape), validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> _Draws:
        return _Draws(self.prior, torch.Size(batch_shape))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(torch.Size(sample_shape))
        return self.prior.draw(math.prod(shape[:-1])).view(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        raise IncompatiblePartsError(
            "The prior p(h) of a Boltzmann machine has no density that can be computed: its "
            "normalising constant is a sum over all states. Train with "
            "objectives.ContrastiveDivergence, and estimate the constant by "
            "inference.anneal_partition."
        )
