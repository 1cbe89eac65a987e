"""A figure as the bytes of a PNG file."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


def png(figure: Figure) -> bytes:
    r"""Draw a figure at 150 dots per inch, cut to its content.

    Examples
    --------
    >>> png(Figure())[:4]
    b'\x89PNG'
    """
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight")
    return stream.getvalue()
