"""Import a package of the optional extra, or say which extra brings it."""

from __future__ import annotations

import importlib
from types import ModuleType


def require(module: str, purpose: str) -> ModuleType:
    """Import `module`; if its package is missing, name the extra ``latentia[data]``.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    purpose : str
        What it is needed for, the subject of the message.

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = {"PIL": "pillow"}.get(module.partition(".")[0], module.partition(".")[0])
        raise ImportError(
            f"{purpose} needs {package}, which is not installed; "
            "install the extra with `pip install 'latentia[data]'`."
        ) from error
