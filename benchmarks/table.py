"""The table of all works, and what does not hold in it."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.race import Result
from benchmarks.works import Work

OURS, UNCOMPILED, FLOOR = "latentia", "latentia, uncompiled", "floor"


def ratio(name: str, results: Mapping[str, Result]) -> float:
    """Return the time of a contestant over ours, medians of one run; of the floor too."""
    return results[name].median / results[OURS].median


def failures(
    work: Work, results: Mapping[str, Result], tolerance: float
) -> tuple[list[str], list[str]]:
    """Return the contestants with another loss than ours, and the bars that are not met."""
    ours = results[OURS].loss
    assert ours is not None
    apart = [
        f"{name}: {result.loss:.2f} nats where latentia has {ours:.2f}"
        for name, result in results.items()
        if result.loss is not None and abs(result.loss - ours) > tolerance * abs(ours)
    ]
    missed = [
        f"{name}: {ratio(name, results):.2f} where {bar:.2f} is wanted"
        for name, bar in work.bars.items()
        if name in results and ratio(name, results) < bar
    ]
    return apart, missed


def as_markdown(
    works: Mapping[str, Work],
    results: Mapping[str, Mapping[str, Result]],
    machine: Mapping[str, str],
    tolerance: float,
) -> str:
    """Return the machine, a table for each work, and what does not hold."""
    parts = ["# Training beside other libraries", _list(machine)]
    for name, found in results.items():
        work = works[name]
        parts += [f"## {name}: {work.title}", _rows(work, found), _repaid(work, found)]
        apart, missed = failures(work, found, tolerance)
        same = f"All losses agree within {tolerance:.0%} of latentia's."
        parts.append("Losses apart: " + "; ".join(apart) + "." if apart else same)
        parts.append("Bars missed: " + "; ".join(missed) + "." if missed else "All bars are met.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(machine: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in machine.items())


def _rows(work: Work, results: Mapping[str, Result]) -> str:
    lines = [
        "| | ms a step | quartiles | over latentia's | wanted | held-out loss | first two (s) |",
        "|---|---|---|---|---|---|---|",
    ]
    scale = 1e3 / (work.rows / work.batch)
    for name, result in sorted(results.items(), key=lambda item: item[1].median):
        low, high = result.spread
        bar = f"{work.bars[name]:.2f}" if name in work.bars else ""
        loss = "" if result.loss is None else f"{result.loss:.2f}"
        lines.append(
            f"| {name} | {result.median * scale:.3f} | {low * scale:.3f} to {high * scale:.3f} "
            f"| {ratio(name, results):.2f} | {bar} | {loss} | {result.first:.1f} |"
        )
    return "\n".join(lines)


def _repaid(work: Work, results: Mapping[str, Result]) -> str:
    """Say what compiling takes and when that time is won back."""
    if UNCOMPILED not in results:
        return ""
    compiled, plain = results[OURS], results[UNCOMPILED]
    compiling = compiled.first - 2 * compiled.median
    won = (plain.median - compiled.median) / (work.rows / work.batch)
    when = f"repays after {compiling / won:,.0f} steps" if won > 0 else "never repays here"
    return f"Compiling takes {compiling:.1f} s once and {when}; the times a step are without it."
