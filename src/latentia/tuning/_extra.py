"""Optuna, or which extra brings it."""

from __future__ import annotations

import importlib
from typing import Any


def require_optuna() -> Any:
    """Return the module of Optuna.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If it is not installed; the message says what to install.
    """
    try:
        return importlib.import_module("optuna")
    except ImportError as error:
        raise ImportError(
            "A search needs optuna, which is not installed; install the extra with "
            '`pip install "latentia[tune]"`.'
        ) from error
