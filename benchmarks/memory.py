"""Peak memory of training and of encoding a million rows: ``python -m benchmarks.memory``."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
from multiprocessing.connection import Connection

import numpy as np

#: What a million examples are of: shape of one, type, and arguments of the estimator.
WORKS = {
    "table, 30 of float32": ((30,), np.float32, {"hidden_layer_sizes": (64,), "batch_size": 1024}),
    "images, 28 x 28 bytes": (
        (28, 28),
        np.uint8,
        {"hidden_layer_sizes": (64,), "batch_size": 1024, "likelihood": "bernoulli"},
    ),
}


def main() -> None:
    """Print what stands in memory: libraries, data, and what each call adds at its highest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    print("| data | array | fit adds | transform adds |\n|---|---|---|---|")
    for name in WORKS:
        ours, theirs = multiprocessing.Pipe()
        job = (name, options.rows, options.compile, theirs)
        process = multiprocessing.get_context("spawn").Process(target=_measure, args=job)
        process.start()
        print(f"| {name} | " + " | ".join(f"{mib:,.0f} MiB" for mib in ours.recv()) + " |")
        process.join()


def _measure(name: str, rows: int, compile: bool, answer: Connection) -> None:
    from latentia import VAE

    shape, dtype, arguments = WORKS[name]
    rng = np.random.default_rng(0)
    whole = {"max_iter": 1, "compile": compile, "verbose": False, "random_state": 0}

    def drawn(n: int) -> np.ndarray:
        x = np.empty((n, *shape), dtype)
        for part in np.array_split(x, max(1, n // 1_000)):
            many = part.shape
            part[:] = (
                rng.integers(0, 256, many, dtype) if dtype == np.uint8 else rng.normal(size=many)
            )
        return x

    model = VAE(4, **arguments, **whole)
    # Once on little, so that what libraries load and keep is not counted.
    few = drawn(5_000)
    model.fit(few).transform(few)
    before = _peak()
    x = drawn(rows)
    steps = [before, _peak()]
    for call in (model.fit, model.transform):
        call(x)
        steps.append(_peak())
    answer.send(np.diff(steps))


def _peak() -> float:
    """Return the most memory this process has had, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


if __name__ == "__main__":
    main()
