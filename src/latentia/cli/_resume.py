"""What a run was asked for, kept with its checkpoints, and a run that goes on with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentia.cli._wording import OF_DATA, OPTIONS

if TYPE_CHECKING:
    from latentia.training import Checkpoints

_SAID = {
    **OPTIONS,
    **OF_DATA,
    "spec": "DATA",
    "y": "--label",
    "random_state": "--seed",
    "seed": "--seed",
    "early_stopping": "--patience 0",
}
#: What an option that was not given is; it may be said where it changes nothing.
_UNSAID: dict[str, Any] = {
    "early_stopping": True,
    "model": "vae",
    "random_state": 0,
    "seed": 0,
}
#: What a run that goes on may have otherwise.
_FREE = frozenset({"verbose", "device"})


def kept_in(folder: Path, every_minutes: float, settings: Mapping[str, Any]) -> Checkpoints:
    """Return the checkpoints of a run, with what it was asked for."""
    from latentia.artifacts import checkpoints_of
    from latentia.training import Checkpoints

    place = checkpoints_of(folder)
    return Checkpoints(place, every_minutes=every_minutes, notes={"settings": settings})


def settings_of(run: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run that was stopped was asked for.

    Parameters
    ----------
    run : Path
        Its folder.
    asked : mapping
        What is asked for now, which must not be anything else.

    Raises
    ------
    ValueError
        If there is nothing to go on with, or something else is asked for.
    """
    from latentia import artifacts
    from latentia.training import Checkpoints

    artifacts.recover(run)
    notes = Checkpoints(artifacts.checkpoints_of(run)).noted()
    if notes is None or "settings" not in notes:
        if artifacts.is_model(run):
            raise ValueError(f"{run} is finished, and keeps no checkpoint to go on from.")
        raise ValueError(
            f"{run} holds no checkpoint that is whole; give the folder of a run that was stopped, "
            "or start anew without --resume."
        )
    settings = notes["settings"]
    _check_same(run, settings, asked)
    return settings


def left_behind(run: Path | None, settings: Mapping[str, Any]) -> Path | None:
    """Return a run if it was started with the same settings and has a checkpoint to go on from."""
    from latentia import artifacts
    from latentia.training import Checkpoints

    notes = None if run is None else Checkpoints(artifacts.checkpoints_of(run)).noted()
    return None if notes is None or notes.get("settings") != settings else run


def _check_same(run: Path, settings: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    was, now = _flat(settings), _flat(asked)
    for name, value in now.items():
        if value is None or value == _UNSAID.get(name) or name in _FREE:
            continue
        if value != was.get(name):
            raise ValueError(
                f"{run} was started with {_said(name, was.get(name))}, not {_said(name, value)}; "
                "drop that to go on as it was, or start anew without --resume."
            )


def _said(name: str, value: Any) -> str:
    option = _SAID.get(name, name)
    if name == "early_stopping":
        return f"no {option}" if value else option
    return f"no {option}" if value is None else f"{option} {value}"


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": settings["model"], **settings["data"], **settings["parameters"]}
