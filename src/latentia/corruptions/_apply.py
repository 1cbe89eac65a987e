"""A corruption at work, held to its word."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor


def apply(
    corruption: Callable[[Tensor], Tensor], x: Tensor, argument: str = "corruption"
) -> Tensor:
    """Return ``corruption(x)``, which must have the shape of ``x``.

    Parameters
    ----------
    corruption : callable
        Maps a tensor to one of the same shape.
    x : Tensor, shape (n, *event)
        Examples, or codes.
    argument : str, default="corruption"
        The user's word for the corruption, for the message.

    Returns
    -------
    Tensor, shape (n, *event)

    Raises
    ------
    ValueError
        If something else than a tensor of that shape comes back.

    Examples
    --------
    >>> import torch
    >>> from latentia.corruptions import Masking
    >>> apply(Masking(1.0), torch.ones(1, 3))
    tensor([[0., 0., 0.]])
    """
    corrupted = corruption(x)
    if not isinstance(corrupted, Tensor) or corrupted.shape != x.shape:
        raise ValueError(
            f"{argument}={corruption!r} must return a tensor of the shape it was given, "
            f"{tuple(x.shape)}, but returned a {type(corrupted).__name__} of shape "
            f"{tuple(getattr(corrupted, 'shape', ()))}."
        )
    return corrupted
