"""Progress on anything longer than two seconds."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_SILENT_SECONDS = 2.0


class Progress:
    """A bar on a terminal, plain lines elsewhere, nothing for what is done in two seconds.

    Parameters
    ----------
    n_steps : int
        Steps in all.
    shown : bool, default=True
        Whether to show anything.
    stream : text stream or None, default=None
        Where to write; standard error by default.
    """

    def __init__(self, n_steps: int, shown: bool = True, stream: TextIO | None = None) -> None:
        self.n_steps = max(1, n_steps)
        self.shown = shown
        self._stream = stream or sys.stderr
        self._start = time.monotonic()
        self._next = self._start + _SILENT_SECONDS
        self._text = ""

    def update(self, step: int, record: dict[str, float] | None = None) -> None:
        """Tell that ``step`` steps are done, and what the last epoch measured."""
        if record is not None:
            keys = [k for k in ("loss", "validation_loss") if k in record]
            self._text = ", ".join(f"{key.replace('_', ' ')} {record[key]:.4g}" for key in keys)
            self._text = f"epoch {record['epoch']:.0f}, {self._text}"
        now = time.monotonic()
        if not self.shown or now < self._next:
            return
        if self._terminal:
            self._next = now + 0.1
            self._stream.write(f"\r\x1b[K{self._bar(step)}")
        else:
            # Lines grow rarer, so that the log of a long run stays readable.
            self._next = now + max(_SILENT_SECONDS, 0.25 * (now - self._start))
            self._stream.write(self._line(step) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """End the bar, so that what follows starts on a line of its own."""
        if self.shown and self._terminal and self._next > self._start + _SILENT_SECONDS:
            self._stream.write("\n")
            self._stream.flush()

    @property
    def _terminal(self) -> bool:
        return self._stream.isatty()

    def _line(self, step: int) -> str:
        elapsed = time.monotonic() - self._start
        left = elapsed / max(1, step) * (self.n_steps - step)
        return (
            f"{step / self.n_steps:4.0%}  {self._text}  ({elapsed:.0f} s, about {left:.0f} s left)"
        )

    def _bar(self, step: int) -> str:
        width = 24
        full = min(width, round(width * step / self.n_steps))
        return f"{'━' * full}{'─' * (width - full)} {self._line(step)}"
