"""``latentia demo``."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._names import lookup
from latentia.cli._options import OUTPUT, Seed
from latentia.cli._runs import new_run
from latentia.cli._show import remark, show

if TYPE_CHECKING:
    from latentia.demonstrations import Shown


def demo(
    name: str | None = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"), group=OUTPUT)] = None,
    seed: Seed = 0,
) -> None:
    """Show an idea on data in the plane, with pictures and numbers, or list what can be shown.

    The folder gets a .png file for each picture, and numbers.json.

    Parameters
    ----------
    name : str
        What to show; without it, all are listed.
    out : Path
        Folder for the results, where files of these names are replaced; by default a new one in
        runs/, named after the demonstration.

    Examples
    --------
        latentia demo
        latentia demo ring
        latentia demo ellipse --seed 1 --out runs/ellipse
    """
    from latentia import artifacts
    from latentia.demonstrations import demonstrations

    if name is None:
        for key, each in demonstrations.items():
            print(f"{key} (about {each.minutes:g} min)")
            show([("", "shows", each.what), ("", "reference", each.reference)])
        return
    demonstration = lookup(demonstrations, name, "name")
    folder = new_run(out, True, "demo", name)
    if not folder.is_dir():
        artifacts.check_writable(folder)
    remark(f"{name}, about {demonstration.minutes:g} min on two CPU cores")
    shown = demonstration.run(seed)
    files = _write(folder, name, seed, shown)
    show([(demonstration.what,)])
    print()
    show((number.name, f"{number.value:.4g}", number.meaning) for number in shown.numbers)
    print()
    show([("folder", folder), ("files", ", ".join(files))])


def _write(folder: Path, name: str, seed: int, shown: Shown) -> list[str]:
    from latentia import reports

    folder.mkdir(parents=True, exist_ok=True)
    numbers = {number.name: number.value for number in shown.numbers}
    meanings = {number.name: number.meaning for number in shown.numbers}
    content = {"demonstration": name, "seed": seed, "numbers": numbers, "meanings": meanings}
    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    files = {f"{key}.png": reports.png(figure) for key, figure in shown.figures.items()}
    files["numbers.json"] = text.encode()
    for key, data in files.items():
        write_whole(folder / key, partial(_put, data))
    return list(files)


def _put(content: bytes, stream: BinaryIO) -> int:
    return stream.write(content)
