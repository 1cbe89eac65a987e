"""Progress on anything longer than two seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_SILENT_SECONDS = 2.0


class Progress:
    """A bar on a terminal, plain lines elsewhere, nothing for what is done in two seconds.

    Parameters
    ----------
    n_steps : int
        Steps in all.
    shown : bool, default=True
        Whether to show anything.
    done : int, default=0
        Steps that were done before, by the run that this one goes on with.
    stream : text stream or None, default=None
        Where to write; standard error by default.
    """

    def __init__(
        self, n_steps: int, shown: bool = True, done: int = 0, stream: TextIO | None = None
    ) -> None:
        self.n_steps = max(1, n_steps)
        self.shown = shown
        self.done = done
        self._stream = stream or sys.stderr
        self._start = time.monotonic()
        self._next = self._start + _SILENT_SECONDS
        self._bar: Bar | None = None
        self._text = ""

    def update(self, step: int, record: dict[str, float] | None = None) -> None:
        """Tell that ``step`` steps are done, and what the last epoch measured."""
        if record is not None:
            keys = [key for key in ("loss", "validation_loss") if key in record]
            losses = [f"{key.replace('_', ' ')} {record[key]:.4g}" for key in keys]
            self._text = ", ".join([f"epoch {record['epoch']:.0f}", *losses])
        now = time.monotonic()
        if not self.shown or now < self._next:
            return
        if self._stream.isatty():
            self._next = now + 0.1
            self._draw(step)
        else:
            # Lines grow rarer, so that the log of a long run stays readable.
            self._next = now + max(_SILENT_SECONDS, 0.25 * (now - self._start))
            self._print(step, now - self._start)

    def close(self) -> None:
        """End the bar, so that what follows starts on a line of its own."""
        if self._bar is not None:
            self._bar.stop()

    def _draw(self, step: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            text = TextColumn("{task.description}")
            console = Console(file=self._stream)
            self._bar = Bar(BarColumn(), text, TimeRemainingColumn(), console=console)
            self._bar.add_task("", total=self.n_steps)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=step, description=self._text)

    def _print(self, step: int, seconds: float) -> None:
        left = seconds / max(1, step - self.done) * (self.n_steps - step)
        times = f"({seconds:.0f} s, about {left:.0f} s left)"
        self._stream.write(f"{step / self.n_steps:4.0%}  {self._text}  {times}\n")
        self._stream.flush()
