"""What a table of times must say of the machine."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

LIBRARIES = (
    "latentia",
    "torch",
    "lightning",
    "pythae",
    "pyautoencoder",
    "pyod",
    "jax",
    "optax",
    "scikit-learn",
    "numpy",
)


def describe(threads: int, clock: str) -> dict[str, str]:
    """Return the machine, how busy it is, and the versions that run on it."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return {
        "processor": _processor(),
        "cores": f"{os.cpu_count()}, of which {threads} used",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "clock": clock,
        "load over 1, 5 and 15 minutes": load,
        "versions": ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
