"""The head of labels: each element is one of several categories."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import torch
from torch import Tensor, distributions
from torch.distributions import Independent

from latentia.heads._head import Head


class Categorical(Head):
    r"""Independent elements, each one of K categories, with K raw outputs as its logits.

    .. math:: -\log p(x) = -\sum_j \log \mathrm{softmax}(r_j)_{x_j}, \quad
              x_j \in \{0, \dots, K - 1\}

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value; () is one label for each example.
    n_categories : int
        The number K of categories, at least 2.

    Raises
    ------
    ValueError
        If ``n_categories`` is no integer of at least 2.

    Examples
    --------
    >>> import torch
    >>> head = Categorical((), n_categories=4)
    >>> head(torch.zeros(2, 4)).log_prob(torch.tensor([0, 3]))  # -log 4
    tensor([-1.3863, -1.3863])
    """

    space = "categories"
    scalar = True

    def __init__(self, event_shape: int | Sequence[int], n_categories: int) -> None:
        super().__init__(event_shape)
        if not isinstance(n_categories, Integral) or n_categories < 2:
            raise ValueError(f"n_categories={n_categories!r} must be an integer of at least 2.")
        self.params_per_element = int(n_categories)

    def forward(self, raw: Tensor) -> Independent:
        logits = torch.stack(self.split(raw), dim=-1)
        return Independent(
            distributions.Categorical(logits=logits, validate_args=False),
            self.event_dim,
            validate_args=False,
        )

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, n_categories={self.params_per_element}"
