"""Parameters as JSON and back: plain values, and parts of latentia by their name."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from inspect import Parameter, signature
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator

from latentia.errors import ArtifactError

# The folders whose classes only describe a model: making one reads and writes nothing.
_HOMES = frozenset(
    f"latentia.{folder}"
    for folder in (
        "corruptions",
        "demonstrations",
        "estimators",
        "heads",
        "networks",
        "objectives",
        "priors",
        "spaces",
        "training",
    )
)


def spell(value: Any, name: str) -> Any:
    """Return ``value`` as something JSON can hold.

    Raises
    ------
    ArtifactError
        If it is an object that is not made of latentia's own parts.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return {"$": "number", "name": str(value)}  # which JSON has no word for
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return spell(value.tolist(), name)
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {"$": kind, "items": [spell(item, name) for item in value]}
    if isinstance(value, Mapping):
        return {"$": "dict", "items": {key: spell(item, name) for key, item in value.items()}}
    if isinstance(value, partial) and not value.args:
        keywords = {key: spell(item, name) for key, item in value.keywords.items()}
        return {"$": "partial", "of": spell(value.func, name), "keywords": keywords}
    if isinstance(value, FrozenEstimator):
        return spell(value.estimator, name)
    if isinstance(value, type) and _is_public(value):
        return {"$": "part", "name": _public_name(value)}
    if dataclasses.is_dataclass(value) and _is_public(type(value)):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        # A field that the constructor takes as *arguments is written as such.
        listed = [key for key in fields if _is_variadic(type(value), key)]
        arguments = [spell(item, name) for key in listed for item in fields.pop(key)]
        keywords = {key: spell(item, name) for key, item in fields.items()}
        of = spell(type(value), name)
        return {"$": "object", "of": of, "arguments": arguments, "keywords": keywords}
    if isinstance(value, np.random.RandomState):
        return None  # the weights are saved; the generator that started them is not needed
    raise ArtifactError(
        f"{name}={value!r} cannot be written to a text file, so this model cannot be saved; use a "
        "name, or a class or functools.partial of latentia's own parts, or pickle the estimator."
    )


def read(value: Any) -> Any:
    """Return what :func:`spell` wrote down.

    Raises
    ------
    ValueError
        For a name outside latentia: a config never runs another's code.
    """
    if not isinstance(value, dict):
        return value
    kind = value["$"]
    if kind == "part":
        return _part(value["name"])
    if kind == "number":
        return float(value["name"])
    if kind == "partial":
        return partial(read(value["of"]), **{k: read(v) for k, v in value["keywords"].items()})
    if kind == "object":
        arguments = [read(item) for item in value.get("arguments", [])]
        keywords = {k: read(v) for k, v in value["keywords"].items()}
        return read(value["of"])(*arguments, **keywords)
    if kind == "dict":
        return {key: read(item) for key, item in value["items"].items()}
    items = [read(item) for item in value["items"]]
    return tuple(items) if kind == "tuple" else items


def _public_name(part: type) -> str:
    # latentia.heads._delta.Delta is public as latentia.heads.Delta
    folder = ".".join(m for m in part.__module__.split(".") if not m.startswith("_"))
    return f"{folder}.{part.__name__}"


def _is_variadic(part: type, parameter: str) -> bool:
    return signature(part).parameters[parameter].kind is Parameter.VAR_POSITIONAL


def _is_public(part: type) -> bool:
    if not part.__module__.startswith("latentia."):
        return False
    module, _, attribute = _public_name(part).rpartition(".")
    return module in _HOMES and getattr(import_module(module), attribute, None) is part


def _part(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    if module not in _HOMES:
        raise ValueError(f"{name!r} is not a part of latentia.")
    home = import_module(module)
    part = getattr(home, attribute, None)
    if attribute not in home.__all__ or not isinstance(part, type):
        raise ValueError(f"{name!r} is not a public part of latentia.")
    return part
