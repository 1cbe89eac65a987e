"""One thing that is wrong with a trained model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What a check found, why it is likely so, and what to change.

    Parameters
    ----------
    name : str
        A few words, the same in every report.
    value : float
        The number that gave it away.
    cause : str
        What the number is, and where it likely comes from: one sentence.
    advice : str
        What to change: one sentence, with parameters written ``name=value``.
    options : tuple of str, default=()
        The parameters that the advice names, all of which the estimator has.
    severity : {"serious", "minor"}
        Serious is what makes codes, samples or scores mean something else than they seem to.

    Examples
    --------
    >>> print(Finding("dead features", 3.0, "3 of 4 codes never move.", "Use code='tanh'."))
    dead features: 3 of 4 codes never move. Use code='tanh'.
    """

    name: str
    value: float
    cause: str
    advice: str
    options: tuple[str, ...] = ()
    severity: str = "serious"

    def __str__(self) -> str:
        return f"{self.name}: {self.cause} {self.advice}"
