"""Two sides of units and the weights between them: what all parts of a machine share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentia.models._units import Units


class Bipartite(nn.Module):
    """The map from visible units to the input of hidden ones; it owns the weights.

    Units are flat here, and leading dimensions are as many as one likes.

    Parameters
    ----------
    visible : Units
        Belongs to the map back.
    hidden : Units
        Registered here.

    Examples
    --------
    >>> from latentia.models import RBM
    >>> machine = RBM((2, 2), n_hidden=3).machine
    >>> v = machine.walk(machine.starts(5), n_steps=2)
    >>> v.shape, machine.up(v).shape
    (torch.Size([5, 4]), torch.Size([5, 3]))
    """

    def __init__(self, visible: Units, hidden: Units) -> None:
        super().__init__()
        # Inside a tuple the visible units are no submodule: a state dict has each number once.
        self._visible = (visible,)
        self.hidden = hidden
        self.in_shape = visible.head.event_shape
        # Small and random, as equal hidden units would stay equal.
        self.weight = nn.Parameter(0.01 * torch.randn(len(hidden.bias), len(visible.bias)))

    @property
    def visible(self) -> Units:
        """The visible units."""
        return self._visible[0]

    def flat(self, v: Tensor) -> Tensor:
        """Return v (*leading, *in_shape) as (*leading, d)."""
        if v.shape[v.dim() - len(self.in_shape) :] != self.in_shape:
            raise ValueError(
                f"v has shape {tuple(v.shape)}, but must end in {self.in_shape}, the visible units."
            )
        return v.flatten(-len(self.in_shape))

    def forward(self, v: Tensor) -> Tensor:
        """Return the input of the hidden units, shape (*leading, n_hidden)."""
        return self.up(self.flat(v))

    def up(self, v: Tensor) -> Tensor:
        """Return the input of the hidden units given flat visible ones."""
        return functional.linear(self.visible.seen(v), self.weight, self.hidden.bias)

    def down(self, h: Tensor) -> Tensor:
        """Return the flat input of the visible units given hidden ones."""
        return functional.linear(self.hidden.seen(h), self.weight.T, self.visible.bias)

    def free_energy(
        self,
        v: Tensor,
        r: Tensor,
        beta: Tensor | float | None = None,
        base: Tensor | None = None,
    ) -> Tensor:
        """Return F of flat visible units with the input r of the hidden ones, shape (...).

        With ``beta`` it is that of a machine whose weights and hidden biases are multiplied by it,
        and whose visible biases are a mixture of ``base`` and its own; a base of None is the
        hottest of the visible units.
        """
        own = self.visible.energy(v, self.visible.bias)
        if beta is None:
            return own - self.hidden.log_partition(r, self.hidden.bias)
        base = self.visible.hottest if base is None else base
        flat_beta = beta[..., 0] if isinstance(beta, Tensor) else beta
        own = torch.lerp(self.visible.energy(v, base), own, flat_beta)
        return own - self.hidden.log_partition(beta * r, beta * self.hidden.bias)

    @torch.no_grad()
    def starts(self, n: int) -> Tensor:
        """Draw n hidden states given draws from the visible biases."""
        v = self.visible.draw(self.visible.bias.expand(n, -1))
        return self.hidden.draw(self.up(v))

    @torch.no_grad()
    def walk(
        self,
        h: Tensor,
        n_steps: int,
        beta: Tensor | float | None = None,
        base: Tensor | None = None,
    ) -> Tensor:
        """Draw visible units, then hidden ones, in turn from h; return the last of n flat v.

        ``beta`` and ``base`` are those of :meth:`free_energy`.
        """
        v = self._down_from(h, beta, base)
        for _ in range(n_steps - 1):
            r = self.up(v)
            v = self._down_from(self.hidden.draw(r if beta is None else beta * r), beta, base)
        return v

    def _down_from(self, h: Tensor, beta: Tensor | float | None, base: Tensor | None) -> Tensor:
        r = self.down(h)
        if beta is not None:
            r = torch.lerp(self.visible.hottest if base is None else base, r, beta)
        return self.visible.draw(r)

    def extra_repr(self) -> str:
        return f"in_shape={self.in_shape}, n_hidden={len(self.hidden.bias)}"


class Mirror(nn.Module):
    """The map from hidden units to the input of visible ones, with the weights of the other map.

    Parameters
    ----------
    machine : Bipartite
        Belongs to the encoder.
    """

    def __init__(self, machine: Bipartite) -> None:
        super().__init__()
        self._machine = (machine,)
        self.visible = machine.visible
        self.in_shape = machine.hidden.head.event_shape

    def forward(self, h: Tensor) -> Tensor:
        """Return the flat input of the visible units, shape (*leading, d)."""
        return self._machine[0].down(h)

    def extra_repr(self) -> str:
        return f"in_shape={self.in_shape}, n_visible={math.prod(self.visible.bias.shape)}"
