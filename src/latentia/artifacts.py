"""A model on disk: a folder with config.json, model.safetensors and a model card."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes

from latentia._card import model_card
from latentia._files import exchange
from latentia._spelling import read, spell
from latentia._version import __version__
from latentia.errors import ArtifactError
from latentia.estimators import (
    LatentEstimator,
    Transferred,
    estimators,
    get_state,
    set_state,
)

__all__ = ["check_writable", "checkpoints_of", "describe", "is_model", "load", "recover", "save"]

_FORMAT = 1
_CHECKPOINTS = "checkpoints"
_KEYS = frozenset({"format", "latentia", "estimator", "parameters", "state", "sha256"})


def save(
    estimator: LatentEstimator | Transferred,
    path: str | os.PathLike[str],
    extra_files: Mapping[str, bytes | str] | None = None,
    *,
    keep_checkpoints: bool = False,
) -> Path:
    """Write a fitted estimator as a folder; an older model there survives any failure.

    Everything is written beside the folder first and renamed at the end.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : path
        The folder; replaced if it is a model folder.
    extra_files : mapping of str to bytes or str, default=None
        Further files by their path in the folder, e.g. ``{"history.csv": text}``.
    keep_checkpoints : bool, default=False
        Whether states of training that lie in the folder stay there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ArtifactError
        If the folder is something else than a model, cannot be written, the disk is full, or a
        parameter is an object that a text file cannot hold.
    """
    target = Path(path).resolve()
    parameters = {
        name: spell(value, name)
        for name, value in estimator.get_params(deep=False).items()
        if name != "checkpoints"  # they lie elsewhere, and are of this training only
    }
    state, tensors = get_state(estimator)
    weights = tensors_to_bytes(tensors)
    config = {
        "format": _FORMAT,
        "latentia": __version__,
        "estimator": type(estimator).__name__,
        "parameters": parameters,
        "state": {name: spell(value, name) for name, value in state.items()},
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    files: dict[str, bytes | str] = {
        "config.json": json.dumps(config, indent=2) + "\n",
        "model.safetensors": weights,
        "README.md": model_card(estimator),
        **(extra_files or {}),
    }
    check_writable(target)
    _write_folder(target, files, keep_checkpoints)
    return target


def load(path: str | os.PathLike[str]) -> Any:
    """Read a fitted estimator back; its outputs equal the saved one's bit for bit.

    Parameters
    ----------
    path : path
        A folder written by :func:`save`. Nothing in it is executed.

    Returns
    -------
    estimator

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged, or from a newer version.
    """
    folder = Path(path)
    config = describe(folder)
    try:
        weights = (folder / "model.safetensors").read_bytes()
    except OSError as error:
        raise ArtifactError(f"{folder}: model.safetensors cannot be read ({error}).") from error
    if hashlib.sha256(weights).hexdigest() != config["sha256"]:
        raise ArtifactError(
            f"{folder}: model.safetensors is damaged: it is not what was saved (its checksum "
            "differs). Copy it again, or train again."
        )
    try:
        estimator = estimators[config["estimator"]](
            **{name: read(value) for name, value in config["parameters"].items()}
        )
        state = {name: read(value) for name, value in config["state"].items()}
        set_state(estimator, state, tensors_from_bytes(weights))
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
        SafetensorError,
    ) as error:
        raise ArtifactError(
            f"{folder}: config.json does not describe a model of latentia {__version__} "
            f"({type(error).__name__}: {error})."
        ) from error
    return estimator


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the config of a model folder, without loading its weights.

    Raises
    ------
    ArtifactError
        If there is no readable config, or it is from a newer version.
    """
    folder = Path(path)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        what = "has no config.json" if folder.is_dir() else "does not exist"
        raise ArtifactError(f"{folder} {what}, so it is not a model folder.") from error
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder}: config.json cannot be read ({error}).") from error
    if not isinstance(config, dict) or not (
        config.keys() >= _KEYS
        and isinstance(config["format"], int)
        and isinstance(config["parameters"], dict)
        and isinstance(config["state"], dict)
    ):
        raise ArtifactError(f"{folder}: config.json is not that of a latentia model.")
    if config["format"] > _FORMAT:
        raise ArtifactError(
            f"{folder} was written by latentia {config['latentia']}, which is newer than this "
            f"{__version__}; upgrade latentia to read it."
        )
    return config


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise now if :func:`save` could not write there, before hours of training.

    Raises
    ------
    ArtifactError
    """
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_dir():
            raise ArtifactError(f"{target} is a file; give a folder to write the model to.")
        others = target.is_dir() and any(file.name != _CHECKPOINTS for file in target.iterdir())
        if others and not is_model(target):
            raise ArtifactError(
                f"{target} holds files that are not a model's; give an empty or a new folder."
            )
        if target.is_dir() and not os.access(target, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if target == Path.cwd():
            raise ArtifactError(f"{target} is the current folder; give one inside it.")
        # Tried where the folder's own folders will be made, so that a refusal leaves none behind.
        ground = next(parent for parent in target.parents if parent.exists())
        os.rmdir(_beside(ground / target.name, ".partial"))
    except OSError as error:
        raise ArtifactError(
            f"{target} cannot be written ({error.strerror}); choose another folder."
        ) from error


def is_model(path: str | os.PathLike[str]) -> bool:
    """Whether there is a folder that :func:`save` wrote, readable or from a newer version."""
    try:
        config = json.loads((Path(path) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.keys() >= _KEYS


def checkpoints_of(path: str | os.PathLike[str]) -> Path:
    """Return where in a model folder the states of its training lie, until it is over."""
    return Path(path) / _CHECKPOINTS


def recover(path: str | os.PathLike[str]) -> None:
    """Undo what a process that was killed in :func:`save` has left beside the folder."""
    target = Path(path).resolve()
    for old in target.parent.glob(f".{target.name}-*.old"):
        if not target.exists() and (old / target.name).is_dir():
            (old / target.name).rename(target)
        shutil.rmtree(old, ignore_errors=True)
    for partial in target.parent.glob(f".{target.name}-*.partial"):
        shutil.rmtree(partial, ignore_errors=True)


def _beside(target: Path, suffix: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=suffix, dir=target.parent))


def _write_folder(target: Path, files: Mapping[str, bytes | str], keep_checkpoints: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(target, ".partial")
    try:
        for name, content in files.items():
            file = beside / name
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, content.encode() if isinstance(content, str) else content)
        beside.chmod(0o755)
        states = checkpoints_of(target)
        if keep_checkpoints and states.is_dir():
            shutil.copytree(states, beside / _CHECKPOINTS, copy_function=_link)
        _replace(beside, target)
    except OSError as error:
        raise ArtifactError(
            f"{target} could not be written ({error.strerror}); what was there before is untouched."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _replace(beside: Path, target: Path) -> None:
    if not target.exists():
        beside.rename(target)
        return
    if exchange(beside, target):
        return
    # A folder cannot be renamed onto a full one, so the old one steps aside for a moment.
    old = _beside(target, ".old")
    try:
        target.rename(old / target.name)
        try:
            beside.rename(target)
        except OSError:
            (old / target.name).rename(target)
            raise
    except OSError:
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)
