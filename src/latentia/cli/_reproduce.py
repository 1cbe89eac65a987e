"""``latentia reproduce``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from latentia._files import write_whole
from latentia.cli._options import JsonFile
from latentia.cli._show import show

if TYPE_CHECKING:
    from latentia.reproductions import Result, Target


def reproduce(
    name: str | None = None,
    /,
    *,
    mnist: Path | None = None,
    out: JsonFile = None,
) -> int:
    """Measure published numbers again, or list those that can be, with what was measured last.

    The exit code is 0 if every number lies inside its gate, else 1.

    Parameters
    ----------
    name : str
        Which numbers; without it, all are listed.
    mnist : Path
        A .npz file with x_train, y_train, x_test and y_test, for those that need the MNIST digits.
    out : Path
        A .json file for the result.

    Examples
    --------
        latentia reproduce
        latentia reproduce linear-vae-cancer
        latentia reproduce first-vae --mnist mnist.npz --out first-vae.json
    """
    from latentia import reproductions

    if name is None:
        for key, target in reproductions.targets.items():
            _show_target(key, target)
        return 0
    result = reproductions.reproduce(name, mnist)
    if out is not None:
        text = json.dumps(dataclasses.asdict(result), indent=2) + "\n"
        write_whole(out, lambda stream: stream.write(text.encode()))
    _show_result(result, reproductions.targets[name])
    return 0 if result.passed else 1


def _show_target(name: str, target: Target) -> None:
    data = ", --mnist" if target.needs_mnist else ""
    print(f"{name} (about {target.minutes:g} min{data})")
    show(("", f"{_number(q.published):>8}", q.what) for q in target.quantities)
    print(f"  last measured: {target.last}")


def _show_result(result: Result, target: Target) -> None:
    cells = [
        (
            "reported" if row.gate is None else _verdict(row.passed),
            _number(row.measured),
            _number(row.published),
            "" if row.gate is None else " to ".join(map(_number, row.gate)),
            row.what,
        )
        for row in result.rows
    ]
    show([("verdict", "measured", "published", "gate", "quantity"), *cells])
    show(
        [
            ("verdict", _verdict(result.passed)),
            ("time", f"{result.seconds:.0f} s"),
            ("settings", target.settings),
            ("reference", target.reference),
        ]
    )


def _verdict(passed: bool) -> str:
    return "pass" if passed else "FAIL"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
