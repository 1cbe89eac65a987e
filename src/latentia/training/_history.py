"""What happened in training, epoch by epoch."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field


@dataclass
class History:
    """One record for each epoch.

    Attributes
    ----------
    records : list of dict
        ``epoch``, ``step``, ``learning_rate``, ``loss`` and every term as means over examples;
        with validation also ``validation_loss`` and so on.
    stopped : str
        "finished", "early" (no improvement within the patience), "converged" (all examples at
        once, and no way down) or "interrupted".
    kept : int
        The epoch whose weights the model has, counted from 1; 0 is before the first.

    Examples
    --------
    >>> history = History([{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}])
    >>> history.curve("loss")
    [2.0, 1.0]
    """

    records: list[dict[str, float]] = field(default_factory=list)
    stopped: str = "finished"
    kept: int = 0

    def __len__(self) -> int:
        return len(self.records)

    @property
    def kept_record(self) -> dict[str, float]:
        """The record of the epoch whose weights the model has; empty before the first."""
        return next((r for r in self.records if r.get("epoch") == self.kept), {})

    def curve(self, name: str) -> list[float]:
        """Return one quantity over the epochs."""
        return [record.get(name, math.nan) for record in self.records]

    def curves(self) -> dict[str, list[float]]:
        """Return every quantity over the epochs."""
        return {name: self.curve(name) for name in self._names()}

    def to_csv(self) -> str:
        """Return the records as comma-separated text with a header."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self._names(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.records)
        return text.getvalue()

    def _names(self) -> list[str]:
        # Only some calls of fit may have had held-out examples.
        return list(dict.fromkeys(name for record in self.records for name in record))
