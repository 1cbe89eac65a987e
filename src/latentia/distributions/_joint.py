"""Several variables, each drawn given the one before, as one distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints

from latentia._draws import LastDraw
from latentia.distributions._point import point, register_point

#: From the layer drawn before, shape (*batch, d), to the distribution of the next.
Link = Callable[[Tensor], Distribution]
Layers = list[tuple[Distribution, Tensor]]


class Joint(Distribution):
    r"""A chain of vectors as one distribution over all of them, end to end.

    .. math:: p(z) = p(z_1) \prod_{l=2}^L p(z_l \mid z_{l-1}), \qquad z = [z_1, \dots, z_L]

    Whatever takes a distribution of one vector so takes a hierarchy: divergences, importance
    weights, mixtures.

    Parameters
    ----------
    first : Distribution
        Of vectors: what is drawn first.
    links : sequence of callable
        From each vector to the distribution of the next.
    sizes : sequence of int
        Numbers in the vectors that the links lead to.
    reverse : bool, default=False
        Whether the vector drawn first stands last in z.

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Independent, Normal
    >>> def around(z):
    ...     return Independent(Normal(z, 1.0), 1)
    >>> walk = Joint(around(torch.zeros(5, 2)), [around, around], [2, 2])
    >>> walk.rsample((3,)).shape, walk.log_prob(torch.zeros(5, 6)).shape
    (torch.Size([3, 5, 6]), torch.Size([5]))
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(
        self,
        first: Distribution,
        links: Sequence[Link],
        sizes: Sequence[int],
        *,
        reverse: bool = False,
    ) -> None:
        self.first = first
        self.links = tuple(links)
        self.sizes = tuple(sizes)
        self.reverse = reverse
        self._last: LastDraw[Layers] = LastDraw()
        width = first.event_shape.numel() + sum(self.sizes)
        super().__init__(first.batch_shape, torch.Size((width,)), validate_args=False)

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        return self.first.has_rsample

    @constraints.dependent_property
    def support(self) -> constraints.Constraint | None:
        return self.first.support

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Joint:
        first = self.first.expand(torch.Size(batch_shape))
        return Joint(first, self.links, self.sizes, reverse=self.reverse)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._drawn(lambda p, shape: p.rsample(shape), sample_shape)

    @torch.no_grad()
    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._drawn(lambda p, shape: p.sample(shape), sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        layers = self._last.origin(value)
        if layers is None:
            given = iter(self._split(value))
            layers = self._chain(lambda p: next(given))
        first, *others = (p.log_prob(z) for p, z in layers)
        return sum(others, first)

    def _drawn(
        self, draw: Callable[[Distribution, torch.Size], Tensor], sample_shape: Sequence[int]
    ) -> Tensor:
        # The first vector has the sample shape; those after it follow its shape.
        shapes = iter([torch.Size(sample_shape), *[torch.Size()] * len(self.links)])
        layers = self._chain(lambda p: draw(p, next(shapes)))
        return self._last.keep(self._join(z for _, z in layers), layers)

    def _chain(self, choose: Callable[[Distribution], Tensor]) -> Layers:
        layers = [(self.first, choose(self.first))]
        for link in self.links:
            p = link(layers[-1][1])
            layers.append((p, choose(p)))
        return layers

    def _join(self, drawn: Iterable[Tensor]) -> Tensor:
        parts = list(drawn)
        return torch.cat(parts[::-1] if self.reverse else parts, dim=-1)

    def _split(self, value: Tensor) -> list[Tensor]:
        sizes = [self.first.event_shape.numel(), *self.sizes]
        parts = value.split(sizes[::-1] if self.reverse else sizes, dim=-1)
        return list(parts[::-1] if self.reverse else parts)


@register_point(Joint)
def _(distribution: Joint) -> Tensor:
    return distribution._join(z for _, z in distribution._chain(point))
