"""How the map of the codes came about, as a moving picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia._arrays import as_array, as_examples, flat
from latentia._files import write_whole
from latentia.plotting._latent_map import latent_map
from latentia.plotting._style import code_name, tidy

_DOTS_PER_INCH = 80
_MARGIN = 0.05
_LAST = 2.0


def time_lapse(
    codes_by_epoch: Mapping[int, Any] | Sequence[Any],
    y: Any = None,
    path: str | Path = "time_lapse.gif",
    *,
    seconds: float = 0.2,
    label: str = "",
) -> Path:
    """Write a GIF of the codes of the same examples after one epoch after another.

    All frames have the range of the last one, which the first may leave, and more than two
    dimensions are drawn along the first two principal components of the last codes, so that what
    moves is the codes.

    Parameters
    ----------
    codes_by_epoch : mapping of int to array, or sequence of arrays, each of shape (n, d)
        By epoch; a sequence counts from 1. ``model.partial_fit(X).transform(X)`` again and again
        gives them.
    y : array of length n, optional
        As in ``plotting.latent_map``.
    path : path, default="time_lapse.gif"
        The file, ending in .gif.
    seconds : float, default=0.2
        For each frame; the last stays for two seconds more.
    label : str, default=""
        What ``y`` is.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If there are no codes, they differ in shape or have one dimension, or the file cannot be
        written.

    Examples
    --------
    >>> import tempfile
    >>> codes = [np.eye(3, 2) * epoch for epoch in (1, 2)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     time_lapse(codes, path=f"{folder}/codes.gif").name
    'codes.gif'
    """
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise ValueError(f"path={str(path)!r} must end in .gif.")
    if not seconds > 0:
        raise ValueError(f"seconds={seconds} must be above 0.")
    epochs, planes, axis = _planes(codes_by_epoch)
    # Here and not above: only this picture needs it.
    from PIL import Image

    frames = [
        Image.open(io.BytesIO(png)).convert("RGB") for png in _drawn(epochs, planes, axis, y, label)
    ]
    # One palette for all frames, so that a class keeps its colour.
    palette = frames[-1].quantize(255)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [round(1000 * seconds)] * len(frames)
    times[-1] += round(1000 * _LAST)
    first, *others = frames
    write_whole(
        path,
        lambda stream: first.save(
            stream, "GIF", save_all=True, append_images=others, duration=times, loop=0
        ),
    )
    return path


def _planes(
    codes_by_epoch: Mapping[int, Any] | Sequence[Any],
) -> tuple[list[int], np.ndarray, Callable[[int], str]]:
    """Return the epochs, points of shape (epochs, n, 2), and the name of each of both axes."""
    if isinstance(codes_by_epoch, Mapping):
        epochs = sorted(codes_by_epoch)
        tables = [codes_by_epoch[epoch] for epoch in epochs]
    else:
        tables = list(codes_by_epoch)
        epochs = list(range(1, len(tables) + 1))
    codes = [
        flat(as_examples(as_array(table), f"codes of epoch {epoch}")).astype(float)
        for epoch, table in zip(epochs, tables, strict=True)
    ]
    if len({table.shape for table in codes}) != 1 or min(codes[0].shape) < 2:
        shapes = ", ".join(str(table.shape) for table in codes[:3])
        raise ValueError(
            "codes_by_epoch must hold codes of the same examples after each epoch, all of one "
            f"shape (n, d) with n and d of at least 2, but holds {len(codes)}: {shapes or 'none'}."
        )
    stacked = np.stack(codes)
    if stacked.shape[2] == 2:
        return epochs, stacked, code_name
    # Here and not above: the import costs a second.
    from sklearn.decomposition import PCA

    pca = PCA(2, random_state=0).fit(stacked[-1])
    planes = np.stack([pca.transform(table) for table in stacked])
    return epochs, planes, lambda j: f"principal component {j + 1} of the last codes"


def _drawn(
    epochs: list[int], planes: np.ndarray, axis: Callable[[int], str], y: Any, label: str
) -> list[bytes]:
    low, high = planes[-1].min(axis=0), planes[-1].max(axis=0)
    # A square, since the map has one unit for both directions.
    middle, half = (low + high) / 2, (0.5 + _MARGIN) * float((high - low).max() or 1.0)
    frames = []
    for epoch, points in zip(epochs, planes, strict=True):
        # No layout engine: a frame must not move because of its numbers.
        figure = Figure(figsize=(6.0, 5.0))
        ax = tidy(figure.add_axes((0.11, 0.1, 0.7, 0.82)))
        latent_map(points, y, ax, label=label)
        ax.set_aspect("equal", adjustable="box")
        ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
        for text in ax.texts:
            text.set_clip_on(True)
        ax.set(xlabel=axis(0), ylabel=axis(1))
        ax.set_title(f"epoch {epoch}", fontsize="medium", loc="left")
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=_DOTS_PER_INCH)
        frames.append(stream.getvalue())
    return frames
