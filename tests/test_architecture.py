"""The structure: imports run one way, files stay small, the public surface is what it says."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import latentia

ROOT = Path(latentia.__file__).parent

#: From the ground up: a file imports only from its own line and from lines above it.
LAYERS = [
    "_names",
    "_text",
    "_latex",
    "_blocks",
    "_files",
    "_arrays",
    "_version",
    "_draws",
    "_flows",
    "errors",
    "_memory",
    "_share",
    "citations",
    "distributions",
    "networks",
    "heads",
    "conditional",
    "priors",
    "corruptions",
    "spaces",
    "models",
    "inference",
    "objectives",
    "training",
    "data",
    "evaluation",
    "diagnosis",
    "plotting",
    "estimators",
    "recipes",
    "_spelling",
    "_card",
    "artifacts",
    "demonstrations",
    "reports",
    "reproductions",
    "tuning",
    "cli",
    "testing",
    "__main__",
]
FILES = sorted(ROOT.rglob("*.py"))
PUBLIC = [
    name
    for _, name, _ in pkgutil.iter_modules([str(ROOT)])
    if not name.startswith("_") and name not in ("cli", "errors")
]


def layer(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_layers(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "latentia":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("latentia."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("latentia.")}
    return {name for name in found if name in LAYERS}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_run_one_way(file):
    if file == ROOT / "__init__.py":
        return  # the front door knows every room
    here = LAYERS.index(layer(file))
    above = {name for name in imported_layers(ast.parse(file.read_text())) if name != layer(file)}
    wrong = {name for name in above if LAYERS.index(name) > here}
    assert not wrong, f"{file.relative_to(ROOT)} imports from below its own line: {wrong}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_private_modules_are_imported_from_their_own_folder_only(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("latentia."):
            _, first, *rest = node.module.split(".")
            private = any(part.startswith("_") for part in rest)
            assert not private or first == layer(file), f"{file.name} reaches into {node.module}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_files_stay_small(file):
    assert len(file.read_text().splitlines()) <= 400


@pytest.mark.parametrize("name", PUBLIC)
def test_all_is_sorted_documented_and_complete(name):
    module = importlib.import_module(f"latentia.{name}")
    assert inspect.getdoc(module), f"latentia.{name} has no docstring"
    assert list(module.__all__) == isort_order(module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)
    for attribute in module.__all__:
        thing = getattr(module, attribute)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"latentia.{name}.{attribute} has no docstring"
            assert not thing.__name__.startswith("_")


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_of_a_public_class_is_documented(name):
    module = importlib.import_module(f"latentia.{name}")
    for attribute in module.__all__:
        thing = getattr(module, attribute)
        if not inspect.isclass(thing) or issubclass(thing, (Exception, tuple)):
            continue
        if inspect.isabstract(thing) or thing.__init__ is object.__init__ or is_protocol(thing):
            continue
        doc = inspect.getdoc(thing)
        for parameter in list(inspect.signature(thing.__init__).parameters)[1:]:
            if parameter not in ("args", "kwargs"):
                assert parameter in doc, f"{name}.{attribute}: {parameter} is not documented"


def isort_order(names: list[str]) -> list[str]:
    """CONSTANTS, then Classes, then functions, each in alphabetical order."""
    kind = {name: 0 if name.isupper() else 1 if name[0].isupper() else 2 for name in names}
    return sorted(names, key=lambda name: (kind[name], name))


def is_protocol(thing: type) -> bool:
    return getattr(thing, "_is_protocol", False)


def test_the_front_door_names_what_it_opens():
    assert latentia.__all__ == isort_order(latentia.__all__)
    for name in latentia.__all__:
        assert getattr(latentia, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'VAEs'"):
        _ = latentia.VAEs
