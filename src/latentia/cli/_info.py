"""``latentia info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from latentia._text import counted
from latentia.cli._comparison import show_results
from latentia.cli._options import AnyRun, Cite
from latentia.cli._runs import damaged, memory_of, numbers_of
from latentia.cli._show import show, show_numbers


def info(run: AnyRun, /, *, cite: Cite = False) -> None:
    """Say what a model is, how well it did, what it was fitted on, and with which settings.

    Examples
    --------
        latentia info runs/digits-vae-2
        latentia info runs/digits-vae-2 --cite > model.bib
    """
    from latentia import artifacts

    if cite:
        print(artifacts.load(run).citation())
        return
    config, numbers = artifacts.describe(run), numbers_of(run)
    print(f"{run}: {config['estimator']}, written by latentia {config['latentia']}\n")
    if numbers:
        data = memory_of(run)
        try:
            (_show_transfer if "transfer" in numbers else show_numbers)(numbers)
            examples = counted(data["n_available"], "example")
            print(f"\nfitted on {data['name']}: {examples}, {data['what']}\n")
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise damaged(run, f"it is not what fit writes: {error}") from error
    show((name, _plain(value)) for name, value in config["parameters"].items())
    print("\nfiles: " + ", ".join(_files(run)))


def _show_transfer(numbers: dict[str, Any]) -> None:
    transfer = numbers["transfer"]
    if "predicts" in transfer:
        classes = transfer["classes"]
        kinds = f"{counted(len(classes), 'class', 'classes')}, {', '.join(classes)}"
        print(f"predicts {transfer['predicts']}: {kinds if classes else 'measurements'}\n")
    show_results(transfer["results"])


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
