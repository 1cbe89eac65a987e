"""A prior of one-hot codes whose variables depend on one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import one_hot

from latentia.conditional import ConditionalDistribution
from latentia.heads import OneHot, as_shape
from latentia.priors._autoregressive import Autoregressive
from latentia.priors._by_head import n_variables_of


class AutoregressiveRows(ConditionalDistribution):
    r"""Categories as of :class:`Autoregressive`, their one-hot codes side by side.

    .. math:: \log p(z) = \sum_{m=1}^M \log p(k_m \mid k_1, \dots, k_{m-1}), \quad
              z = (e_{k_1}, \dots, e_{k_M})

    in nats; it learns with the model. For the codes of ``heads.OneHot``, from which its divergence
    is sampled.

    Parameters
    ----------
    event_shape : int, tuple of one int, or encoder
        Shape (M K,) of one code; an encoder stands for the shape of its codes.
    n_variables : int or None, default=None
        The number M of variables; None is that of the encoder, else 1.
    hidden_size : int, default=64
        Units of the network.

    Raises
    ------
    ValueError
        For the shape of an image, or variables that do not share the code equally.

    References
    ----------
    K. Cho et al. Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
    Translation. 2014.

    Examples
    --------
    >>> prior = AutoregressiveRows(6, n_variables=2)
    >>> prior().sample((5,)).shape, prior().sample((5,)).sum(-1)
    (torch.Size([5, 6]), tensor([2., 2., 2., 2., 2.]))
    """

    space = "one-hot"

    def __init__(
        self, event_shape: Any, n_variables: int | None = None, hidden_size: int = 64
    ) -> None:
        super().__init__()
        shape = as_shape(event_shape, "event_shape")
        m = OneHot(shape, n_variables_of(event_shape, n_variables)).n_variables
        self.event_shape = shape
        self.network = Autoregressive(m, shape[0] // m, hidden_size)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        of_network = self.network.arguments
        names = ("n_variables", "hidden_size")
        return {"event_shape": self.event_shape, **{name: of_network[name] for name in names}}

    def forward(self, *conditions: Tensor) -> Distribution:
        return _Rows(self.network, conditions[0].shape[:1] if conditions else torch.Size())


class _Rows(Distribution):
    """The one-hot rows of a chain of categories."""

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)

    def __init__(self, network: Autoregressive, batch_shape: torch.Size) -> None:
        self.network = network
        self.n_categories = network.logits.out_features
        (m,) = network.event_shape
        super().__init__(batch_shape, torch.Size([m * self.n_categories]), validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> _Rows:
        return _Rows(self.network, torch.Size(batch_shape))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(torch.Size(sample_shape))
        drawn = self.network.draw(math.prod(shape[:-1]))
        return one_hot(drawn, self.n_categories).to(self.network.positions).reshape(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        batch = torch.broadcast_shapes(value.shape[:-1], self.batch_shape)
        rows = value.expand(*batch, *self.event_shape).unflatten(-1, (-1, self.n_categories))
        return self.network.log_prob_of_rows(rows.reshape(-1, *rows.shape[-2:])).view(batch)
