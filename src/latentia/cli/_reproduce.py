"""``latentia reproduce``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from latentia._files import write_whole
from latentia.cli._options import JsonFile
from latentia.cli._show import show


def reproduce(
    name: str | None = None,
    /,
    *,
    mnist: Path | None = None,
    out: JsonFile = None,
) -> int:
    """Measure a published number again, or list those that can be.

    The exit code is 0 if the number lies inside its gate, else 1.

    Parameters
    ----------
    name : str
        A published number; without it, all are listed.
    mnist : Path
        A .npz file with x_train and x_test, for the numbers that need the MNIST digits.
    out : Path
        A .json file for the result.

    Examples
    --------
        latentia reproduce
        latentia reproduce linear-vae-cancer
        latentia reproduce first-vae --mnist mnist.npz --out first-vae.json
    """
    from latentia import reproductions

    if name is None:
        for key, target in reproductions.targets.items():
            show([(key, f"{target.what}: {target.published}; {target.settings}")])
        return 0
    result = reproductions.reproduce(name, mnist)
    if out is not None:
        text = json.dumps(dataclasses.asdict(result), indent=2) + "\n"
        write_whole(out, lambda stream: stream.write(text.encode()))
    low, high = result.gate
    show(
        [
            ("quantity", result.what),
            ("measured", f"{result.measured:.6g}"),
            ("published", f"{result.published:.6g}"),
            ("gate", f"{low:.6g} to {high:.6g}"),
            ("verdict", "pass" if result.passed else "FAIL"),
            ("time", f"{result.seconds:.0f} s"),
        ]
    )
    return 0 if result.passed else 1
