"""Run every contestant on every work, and write one table: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path


def main() -> None:
    """Measure, write the table, and fail if losses differ."""
    options = _options()
    # Before any library counts the cores.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    # No progress bars, which would cost the libraries that have them.
    os.environ |= {"OMP_NUM_THREADS": str(options.threads), "TQDM_DISABLE": "1"}

    import torch

    from benchmarks.clock import clock
    from benchmarks.machine import describe
    from benchmarks.peers import contestants_of
    from benchmarks.race import race
    from benchmarks.table import as_markdown, failures
    from benchmarks.works import load, works

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    clock.use(options.clock)
    machine = describe(options.threads, options.clock)
    chosen = {
        name: replace(works[name], rows=options.rows or works[name].rows) for name in options.works
    }
    results = {}
    for name, work in chosen.items():
        known = contestants_of(work)
        names = [one for one in options.contestants or known if one in known]
        results[name] = race(work, load(work, options.mnist), names, options.rounds)
    options.out.mkdir(parents=True, exist_ok=True)
    text = as_markdown(chosen, results, machine, options.tolerance)
    (options.out / "works.md").write_text(text)
    record = {
        "machine": machine,
        "works": {
            name: {one: asdict(result) for one, result in found.items()}
            for name, found in results.items()
        },
    }
    (options.out / "works.json").write_text(json.dumps(record, indent=2) + "\n")
    print(text)
    sys.exit(
        any(failures(chosen[name], found, options.tolerance)[0] for name, found in results.items())
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", nargs="+", default=["A", "B", "C"], choices=["A", "B", "C"])
    parser.add_argument("--contestants", nargs="+", help="all that can do a work, if not given")
    parser.add_argument("--rounds", type=int, default=9, help="epochs timed, at least 2")
    parser.add_argument("--rows", type=int, help="examples an epoch, instead of the work's own")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", default="wall", choices=["wall", "cpu"], help="cpu if busy")
    parser.add_argument("--mnist", type=Path, help="an mnist.npz; else scikit-learn's digits")
    parser.add_argument("--tolerance", type=float, default=0.03, help="between losses, relative")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
