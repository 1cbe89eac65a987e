"""The clock that everybody is timed by."""

from __future__ import annotations

import time
from collections.abc import Callable

#: On a machine with nothing else to do the two agree for one thread; on a busy one only "cpu",
#: which counts the time of all threads of this process, says anything.
clocks: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


class Clock:
    """Seconds since some moment."""

    def __init__(self) -> None:
        self.now = clocks["wall"]

    def use(self, name: str) -> None:
        """Choose what seconds are."""
        self.now = clocks[name]


clock = Clock()
