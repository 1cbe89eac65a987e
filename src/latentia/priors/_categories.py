"""What priors of sequences of categories ask of indices."""

from __future__ import annotations

from torch import Tensor


def check_indices(indices: Tensor, n_categories: int) -> None:
    """Refuse indices of another shape than (n, m), none, or outside 0 to ``n_categories`` - 1.

    Raises
    ------
    ValueError
    """
    if indices.dim() != 2 or not len(indices) or indices.is_floating_point():
        raise ValueError(
            "indices must be integers of shape (n, m) with n of at least 1, but they are "
            f"{indices.dtype} of shape {tuple(indices.shape)}."
        )
    outside = ((indices < 0) | (indices >= n_categories)).any(1)
    if outside.any():
        row = int(outside.nonzero()[0])
        raise ValueError(
            f"indices must be between 0 and {n_categories - 1}, but row {row} is "
            f"{indices[row].tolist()}; give a larger n_categories."
        )
