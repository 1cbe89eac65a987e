"""What `--search` says: values that are set, and what is searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from latentia.cli._estimator import estimator_of
from latentia.cli._wording import OPTIONS, in_options

#: From options, without their dashes, to parameters.
_PARAMETERS = {option.lstrip("-"): name for name, option in OPTIONS.items()}
_OF_SIZES = ("hidden_layer_sizes", "layers")
_WORDS = {"none": None, "true": True, "false": False}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(:log)?")


def read_search(
    tokens: Iterable[str], model: str, parameters: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read ``NAME=VALUE``, ``NAME=VALUE,VALUE`` and ``NAME=LOW..HIGH`` with ``:log`` maybe.

    Parameters
    ----------
    tokens : iterable of str
        As they were typed; a name is that of an option of ``fit`` or of a parameter, and sizes of
        layers are written as 256x128.
    model : str
        The recipe that has to have these parameters.
    parameters : mapping
        What is set beside them.

    Returns
    -------
    given : dict
        Parameters with one value.
    space : dict
        Parameters with several values, or a range.

    Raises
    ------
    ValueError
        For anything else, and what the model does not take.
    """
    given: dict[str, Any] = {}
    space: dict[str, Any] = {}
    for token in tokens:
        typed, equals, text = token.partition("=")
        if not (typed and equals and text):
            raise ValueError(
                f"--search {token!r} must be NAME=VALUES, such as latent=2..32, "
                "learning-rate=1e-4..1e-2:log or prior=standard,vamp."
            )
        name = _PARAMETERS.get(typed.replace("_", "-"), typed.replace("-", "_"))
        if name in given or name in space:
            raise ValueError(f"--search says {typed!r} twice; put its values into one.")
        values = _values(name, text, token)
        for value in _ends(values):
            _check(model, {**parameters, name: value})
        if isinstance(values, list) and len(values) == 1:
            given[name] = values[0]
        else:
            space[name] = values
    return given, space


def _values(name: str, text: str, token: str) -> Any:
    if ".." not in text:
        return [_value(name, part.strip()) for part in text.split(",")]
    found = _RANGE.fullmatch(text)
    low, high = (float(end) for end in found.groups()[:2]) if found else (0.0, 0.0)
    if found is None or not low < high or (found[3] and low <= 0):
        raise ValueError(
            f"--search {token!r} must be a range from low to high, such as 2..32 or 0.1..10:log "
            "(above 0)."
        )
    from latentia.tuning import require_optuna

    ranges, log = require_optuna().distributions, found[3] is not None
    if found[1].isdigit() and found[2].isdigit():
        return ranges.IntDistribution(int(found[1]), int(found[2]), log=log)
    return ranges.FloatDistribution(low, high, log=log)


def _value(name: str, text: str) -> Any:
    if name in _OF_SIZES:
        return () if text == "none" else tuple(_number(size) for size in text.split("x"))
    return _WORDS[text] if text in _WORDS else _number(text)


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _ends(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values.low, values.high]


def _check(model: str, parameters: Mapping[str, Any]) -> None:
    if any("__" in name for name in parameters):
        return  # of a part, which the search itself looks for
    with in_options():
        estimator_of(model, parameters)
