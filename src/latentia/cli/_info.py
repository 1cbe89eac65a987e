"""``latentia info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from latentia.cli._comparison import show_results
from latentia.cli._options import Run
from latentia.cli._runs import damaged, memory_of, numbers_of
from latentia.cli._show import show, show_numbers


def info(run: Run, /) -> None:
    """Say what a model is, what it was fitted on, and how well it did then.

    Examples
    --------
        latentia info runs/digits-vae-2
    """
    from latentia import artifacts

    config = artifacts.describe(run)
    numbers = numbers_of(run)
    print(f"{run}: {config['estimator']}, written by latentia {config['latentia']}\n")
    show((name, _plain(value)) for name, value in config["parameters"].items())
    if numbers:
        data = memory_of(run)
        try:
            what = f"{data['name']}: {data['n_available']:,} examples, {data['what']}"
            print(f"\nfitted on {what}\n")
            if "transfer" in numbers:
                show_results(numbers["transfer"]["results"])
            else:
                show_numbers(numbers)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise damaged(run, f"it is not what fit writes: {error}") from error
    print("\nfiles: " + ", ".join(_files(run)))


def _plain(value: Any) -> str:
    # config.json marks what JSON has no word for, such as a tuple, with a key "$".
    if not isinstance(value, dict):
        return str(value)
    from latentia._spelling import read

    try:
        part = read(value) if value.get("$") == "object" else value.get("items", value.get("name"))
    except (LookupError, TypeError, ValueError, AttributeError):
        part = None  # from another version
    return json.dumps(value) if part is None else " ".join(str(part).split())


def _files(run: Path) -> list[str]:
    return sorted(str(file.relative_to(run)) for file in run.rglob("*") if file.is_file())
