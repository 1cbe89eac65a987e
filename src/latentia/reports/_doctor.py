"""What ails a model, for the numbers and the page of its run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from latentia.diagnosis import diagnose, measure
from latentia.reports._observed import Observed

_FEWEST = 4


def doctor(seen: Observed) -> dict[str, Any] | None:
    """Return vital signs and findings as plain values; None for too few examples to tell."""
    if len(seen.X) < _FEWEST:
        return None
    vitals = measure(seen.estimator, seen.X, seen.condition)
    return {
        "vitals": [list(row) for row in vitals.rows()],
        "findings": [asdict(finding) for finding in diagnose(vitals)],
    }


def doctor_section(metrics: Mapping[str, Any]) -> Iterable[str]:
    """Write what the doctor says as HTML; nothing where it was not asked."""
    told = metrics.get("doctor")
    if told is None:
        return
    lines = [
        f"<dt>{escape(f['name'])}</dt><dd>{escape(f['cause'])} <b>{escape(f['advice'])}</b></dd>"
        for f in told["findings"]
    ]
    yield "<h2>Doctor</h2>"
    yield (
        f"<dl>{''.join(f'<div>{line}</div>' for line in lines)}</dl>"
        if lines
        else ("<p>No finding: nothing that training often suffers from.</p>")
    )
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td><td>{escape(meaning)}</td></tr>"
        for name, value, meaning in told["vitals"]
    )
    yield f"<table>{rows}</table>"
