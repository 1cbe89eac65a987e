"""Posteriors that no normal fits: one that is drawn through learned maps, given the input."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import AffineTransform, Distribution, Independent, Normal

from latentia.heads._head import Head, as_count, as_shape
from latentia.heads._positive import bounded_exp


class ConditionalFlow(Head):
    r"""What :class:`Flow` and :class:`InverseAutoregressive` share: where the maps are told x.

    .. math:: z = \mu + \sigma \odot f_T(\dots f_1(\epsilon; h) \dots; h), \quad
              \epsilon \sim N(0, I)

    The network's output is the location, the log-scale and the context h, which the maps read: so
    the whole shape of the distribution follows the input, not its place alone.

    References
    ----------
    D. J. Rezende, S. Mohamed. Variational Inference with Normalizing Flows. 2015.
    """

    def __init__(
        self,
        event_shape: int | Sequence[int],
        n_transforms: int = 2,
        hidden_layer_sizes: Sequence[int] = (64,),
        context: int = 16,
    ) -> None:
        super().__init__(event_shape)
        if self.event_dim != 1:
            raise ValueError(
                f"event_shape={event_shape!r} must be one number: a flow has no images."
            )
        self.n_transforms = as_count(n_transforms, "n_transforms")
        self.context = as_count(context, "context")
        self.hidden_layer_sizes = as_shape(hidden_layer_sizes, "hidden_layer_sizes")
        self.maps = self._maps(*self.event_shape)

    @abstractmethod
    def _maps(self, n_features: int) -> nn.Module: ...

    @property
    def params_shape(self) -> tuple[int, ...]:
        return (2 * self.event_shape[0] + self.context,)

    def forward(self, raw: Tensor) -> Distribution:
        from latentia._flows import Pushed

        (d,) = self.event_shape
        loc, log_scale, context = self.checked(raw).split([d, d, self.context], dim=-1)
        zero = torch.zeros_like(loc)
        standard = Normal(zero, torch.ones_like(zero), validate_args=False)
        place = AffineTransform(loc, bounded_exp(log_scale), event_dim=1)
        return Pushed(Independent(standard, 1, validate_args=False), [*self.maps(context), place])

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, context={self.context}"


class InverseAutoregressive(ConditionalFlow):
    r"""An inverse autoregressive flow: dependent codes, drawn and weighed in one pass.

    .. math:: z = \mu + \sigma \odot f_T(\dots f_1(\epsilon; h) \dots; h), \quad
              f_t(u; h)_j = a_{tj}(u_{<j}, h)\, u_j + b_{tj}(u_{<j}, h), \quad
              \epsilon \sim N(0, I)

    with the location, log-scale and context h from the network. A draw and its own density cost
    T networks whatever the dimension d; the density of another value is an inversion of d steps
    for each.

    Parameters
    ----------
    event_shape : int or tuple of int
        Dimensions d of the code.
    n_transforms : int, default=2
        Maps T in the chain; from one to the next the order of the elements turns round.
    hidden_layer_sizes : tuple of int, default=(64,)
        Units of the network behind each map.
    context : int, default=16
        Numbers h that the maps are told about the input.

    Raises
    ------
    ValueError
        If a size is no positive integer, or the code has several axes.

    References
    ----------
    D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive Flow. 2016.

    Examples
    --------
    >>> import torch
    >>> head = InverseAutoregressive(3, context=4)
    >>> head.n_params, head(torch.zeros(5, 10)).rsample((2,)).shape
    (10, torch.Size([2, 5, 3]))
    """

    def _maps(self, n_features: int) -> nn.Module:
        # Late, so that only who uses a flow imports zuko, which changes torch.distributions.
        from latentia._flows import Affines

        return Affines(n_features, self.n_transforms, self.hidden_layer_sizes, self.context)


class Flow(ConditionalFlow):
    r"""A neural spline flow: a posterior of any shape, with several modes where there are.

    .. math:: z = \mu + \sigma \odot f_T(\dots f_1(\epsilon; h) \dots; h), \quad
              \epsilon \sim N(0, I)

    where each f is an increasing rational-quadratic spline in every element, whose knots depend
    on the elements before it and on h; location, log-scale and context h are from the network. A
    draw and its own density cost T networks; the density of another value is an inversion of d
    steps for each.

    Parameters
    ----------
    event_shape : int or tuple of int
        Dimensions d of the code.
    n_transforms : int, default=2
        Maps T in the chain; from one to the next the order of the elements turns round.
    hidden_layer_sizes : tuple of int, default=(64,)
        Units of the network behind each map.
    context : int, default=16
        Numbers h that the maps are told about the input.

    Raises
    ------
    ValueError
        If a size is no positive integer, or the code has several axes.

    References
    ----------
    C. Durkan, A. Bekasov, I. Murray, G. Papamakarios. Neural Spline Flows. 2019.

    Examples
    --------
    >>> import torch
    >>> head = Flow(3, context=4)
    >>> head.n_params, head(torch.zeros(5, 10)).rsample((2,)).shape
    (10, torch.Size([2, 5, 3]))
    """

    def _maps(self, n_features: int) -> nn.Module:
        # Late, so that only who uses a flow imports zuko, which changes torch.distributions.
        from latentia._flows import Splines

        return Splines(n_features, self.n_transforms, self.hidden_layer_sizes, self.context)
