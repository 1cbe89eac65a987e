"""Who is told of every epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[Mapping[str, float]], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def after_epoch(call: Listener) -> Iterator[None]:
    """Call a function after every epoch of whatever is trained in the block.

    What it raises ends training, and leaves the weights of that epoch.

    Parameters
    ----------
    call : callable
        Given the record of the epoch, as it stands in :class:`History`: ``epoch``, ``step``,
        ``loss`` and every term, with held-out examples ``validation_loss`` and so on.

    Examples
    --------
    >>> import numpy as np
    >>> from latentia import Autoencoder
    >>> x = np.linspace(-1, 1, 64)[:, None] * [1.0, 2.0]
    >>> with after_epoch(lambda record: print(record["epoch"], record["step"])):
    ...     model = Autoencoder(1, max_iter=2, batch_size=32, random_state=0, verbose=False).fit(x)
    1 2
    2 4
    """
    token = _listener.set(call)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(record: Mapping[str, float]) -> None:
    """Tell of an epoch whoever wants to know."""
    listener = _listener.get()
    if listener is not None:
        listener(record)
