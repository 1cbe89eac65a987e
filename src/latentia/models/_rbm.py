"""Restricted Boltzmann machines: an encoder and a decoder that share one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import Amortized
from latentia.errors import IncompatiblePartsError
from latentia.heads import DiagonalNormal, as_count, as_shape
from latentia.models._bipartite import Bipartite, Mirror
from latentia.models._equilibrium import Equilibrium
from latentia.models._latent_variable import LatentVariableModel
from latentia.models._units import Units, units


class RBM(LatentVariableModel):
    r"""Visible and hidden units with one symmetric weight for each pair of the two.

    .. math:: p(v, h) = \frac{e^{-E(v, h)}}{Z}, \qquad
              E(v, h) = -b^\top v - c^\top h - h^\top W v

    in nats, for units that are 0 or 1. Normal visible units have
    :math:`\sum_i (v_i - b_i)^2 / 2 \sigma_i^2` in place of :math:`-b^\top v` and
    :math:`v_i / \sigma_i^2` beside W, with learned variances; normal hidden units have
    :math:`\sum_j (h_j - c_j)^2 / 2` in place of :math:`-c^\top h`.

    Given one side, the units of the other are independent, so ``encoder`` is p(h|v) and
    ``decoder`` is p(v|h), both exact. ``prior`` is the marginal p(h), drawn by Gibbs sampling.

    Parameters
    ----------
    visible_shape : int or tuple of int
        Shape of one example.
    n_hidden : int
        The number of hidden units, which make the code.
    visible : {"bernoulli", "normal"}, default="bernoulli"
        Visible units; Bernoulli ones take grey values in [0, 1] as rates.
    hidden : {"bernoulli", "normal"}, default="bernoulli"
        Hidden units; normal ones have variance 1.
    n_steps : int, default=200
        Gibbs steps to a draw from the prior.

    Raises
    ------
    ValueError
        For an unknown kind of units, or a number below 1.
    IncompatiblePartsError
        For normal units on both sides.

    References
    ----------
    P. Smolensky. Information Processing in Dynamical Systems: Foundations of Harmony Theory. 1986.
    G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks.
    2006. With ``hidden="normal"``.
    K. Cho, A. Ilin, T. Raiko. Improved Learning of Gaussian-Bernoulli Restricted Boltzmann
    Machines. 2011. With ``visible="normal"``.

    Examples
    --------
    >>> machine = RBM((4, 4), n_hidden=3)
    >>> v = torch.ones(5, 4, 4)
    >>> machine.encode(v).shape, machine.sample(2).shape, machine.free_energy(v).shape
    (torch.Size([5, 3]), torch.Size([2, 4, 4]), torch.Size([5]))
    """

    prior: Equilibrium

    def __init__(
        self,
        visible_shape: int | Sequence[int],
        n_hidden: int,
        visible: str = "bernoulli",
        hidden: str = "bernoulli",
        n_steps: int = 200,
    ) -> None:
        shape, n_hidden = as_shape(visible_shape, "visible_shape"), as_count(n_hidden, "n_hidden")
        make_visible, visible_units = lookup(units, visible, "visible")
        make_hidden, hidden_units = lookup(units, hidden, "hidden")
        if visible == hidden == "normal":
            raise IncompatiblePartsError(
                "visible='normal' and hidden='normal' do not fit: with large weights their energy "
                "has no lower bound, and with small ones the machine is a linear model. Use "
                "Bernoulli units on one side, or the recipe 'linear-vae'."
            )
        seen = make_visible(shape)
        code = DiagonalNormal(n_hidden, scale=1.0) if hidden == "normal" else make_hidden(n_hidden)
        machine = Bipartite(visible_units(seen), hidden_units(code))
        super().__init__(
            Amortized(machine, code),
            Amortized(Mirror(machine), seen),
            Equilibrium(machine, as_count(n_steps, "n_steps")),
        )
        self.kinds = (visible, hidden)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        visible, hidden = self.kinds
        return {
            "visible_shape": self.machine.in_shape,
            "n_hidden": len(self.hidden.bias),
            "visible": visible,
            "hidden": hidden,
            "n_steps": self.prior.n_steps,
        }

    @property
    def machine(self) -> Bipartite:
        """Both sides and the weights, as flat units."""
        return self.encoder.net  # type: ignore[return-value]

    @property
    def visible(self) -> Units:
        """The visible units, with biases b."""
        return self.machine.visible

    @property
    def hidden(self) -> Units:
        """The hidden units, with biases c."""
        return self.machine.hidden

    @property
    def weight(self) -> Tensor:
        """The weights W, shape (n_hidden, n_visible)."""
        return self.machine.weight

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """Return E(v, h) in nats, shape (*leading), of v (*leading, *visible) and h (*leading, m).

        Examples
        --------
        >>> machine = RBM(3, n_hidden=2)
        >>> _ = machine.visible.bias.data.fill_(0.5)
        >>> machine.energy(torch.ones(2, 3), torch.zeros(2, 2)).detach()
        tensor([-1.5000, -1.5000])
        """
        flat = self.machine.flat(v)
        together = (self.machine.up(flat) - self.hidden.bias) * self.hidden.seen(h)
        own = self.visible.energy(flat, self.visible.bias) + self.hidden.energy(h, self.hidden.bias)
        return own - together.sum(-1)

    def free_energy(self, v: Tensor) -> Tensor:
        r"""Return :math:`F(v) = -\log \sum_h e^{-E(v, h)}` in nats: -log p(v) - log Z.

        Parameters
        ----------
        v : Tensor, shape (\*leading, \*visible)

        Returns
        -------
        Tensor, shape (\*leading)

        Examples
        --------
        >>> machine = RBM(3, n_hidden=2)
        >>> _ = machine.weight.data.zero_()
        >>> machine.free_energy(torch.zeros(1, 3)).detach()  # -2 log 2
        tensor([-1.3863])
        """
        flat = self.machine.flat(v)
        return self.machine.free_energy(flat, self.machine.up(flat))

    def check(self, x: Tensor) -> None:
        """Refuse examples (n, *visible) that are not on the scale of the visible units.

        Raises
        ------
        ValueError
            For values outside [0, 1] of Bernoulli units; for normal ones, columns whose mean is
            beyond 10 or whose standard deviation is far from 1 (above 10, below 0.001 but not 0, or
            below 0.1 in all).
        """
        self.visible.check(self.machine.flat(x))

    @torch.no_grad()
    def start_from(self, x: Tensor) -> None:
        """Set the visible biases, and learned variances, by examples x of shape (n, *visible).

        The machine then begins as the best one without weights: with the log-odds, or the means,
        of the data.

        Raises
        ------
        ValueError
            As :meth:`check`.

        Examples
        --------
        >>> machine = RBM(2, n_hidden=1)
        >>> machine.start_from(torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
        >>> machine.visible.bias.detach()  # 0 and log 3
        tensor([0.0000, 1.0986])
        """
        self.check(x)
        self.visible.start_from(self.machine.flat(x))
