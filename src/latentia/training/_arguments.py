"""What the numbers that a trainer is given must be."""

from __future__ import annotations

from latentia.heads import as_count


def check_arguments(
    batch_size: int,
    micro_batch_size: int | str | None,
    clip_norm: float | None,
    compile: bool | str,
) -> None:
    """Refuse what is out of range.

    Raises
    ------
    ValueError
    """
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size} must be at least 1.")
    if isinstance(micro_batch_size, str):
        if micro_batch_size != "auto":
            raise ValueError(
                f"micro_batch_size={micro_batch_size!r} must be a number, 'auto', or None for none."
            )
    elif micro_batch_size is not None:
        as_count(micro_batch_size, "micro_batch_size")
    if clip_norm is not None and not clip_norm > 0:
        raise ValueError(f"clip_norm={clip_norm} must be positive, or None for no clipping.")
    if compile not in (True, False, "auto"):
        raise ValueError(f"compile={compile!r} must be True, False or 'auto'.")
