"""What comes next is prepared while what is there is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def prefetched(tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
    """Yield the results of tasks in their order, each computed during the use of the one before.

    An error of a task is raised where its result would have come. Nothing goes on in the background
    when the iteration is over, closed or left by an error.

    Examples
    --------
    >>> list(prefetched([lambda: 1, lambda: 2]))
    [1, 2]
    """
    executor = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
    try:
        ahead = None
        for task in tasks:
            before, ahead = ahead, executor.submit(task)
            if before is not None:
                yield before.result()
                before = None  # nor shall it hold what the user has let go of
        if ahead is not None:
            yield ahead.result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
