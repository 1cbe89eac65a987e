"""How the cost of a step grows: ``python -m benchmarks.growth`` draws one picture a quantity.

Rows, features, code and batch grow one at a time from the table of work C, for this library and
for the loop of PyTorch's example. Processes train the same table side by side, each by itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import matplotlib
import torch
from matplotlib import pyplot as plt

from benchmarks.clock import clock
from benchmarks.peers import contestant
from benchmarks.works import Work, load, works

NAMES = ("latentia, uncompiled", "pytorch")
BASE = replace(works["C"], rows=6_400)

#: Quantity -> field of a work, its values.
GROWING: dict[str, tuple[str, tuple[int, ...]]] = {
    "rows": ("rows", (1_600, 6_400, 25_600, 102_400)),
    "features": ("shape", (10, 100, 1_000, 10_000)),
    "code size": ("n_code", (2, 8, 32, 128)),
    "batch": ("batch", (16, 64, 256, 1_024)),
}

#: Quantity -> name -> value -> milliseconds a step.
Costs = dict[str, dict[str, dict[int, float]]]


def step_times(work: Work, names: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the median milliseconds a step of some contestants, taking turns."""
    data = load(work)
    running = {name: contestant(name)(work, data.train) for name in names}
    for one in running.values():
        one.run(1)
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, one in running.items():
            times[name].append(one.run(1) / work.n_steps * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def grown(quantity: str, rounds: int) -> dict[str, dict[int, float]]:
    """Return the cost at every value of a quantity, by contestant."""
    name, values = GROWING[quantity]
    costs: dict[str, dict[int, float]] = {one: {} for one in NAMES}
    for value in values:
        work = replace(BASE, **{name: (value,) if name == "shape" else value})
        for one, cost in step_times(work, NAMES, rounds).items():
            costs[one][value] = cost
    return costs


def side_by_side(n: int, rounds: int) -> dict[str, float]:
    """Return the median milliseconds a step when n processes train at once."""
    with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_alone, [rounds] * n))
    return {name: statistics.median(times[name] for times in found) for name in NAMES}


def draw(costs: Costs, folder: Path) -> None:
    """Write one picture for each quantity."""
    for quantity, by_name in costs.items():
        figure, axes = plt.subplots(figsize=(4, 3), layout="constrained")
        for name, points in by_name.items():
            axes.plot(list(points), list(points.values()), marker="o", label=name)
        axes.set(xscale="log", yscale="log", xlabel=quantity, ylabel="ms a step")
        axes.legend()
        figure.savefig(folder / f"growth-{quantity.replace(' ', '-')}.png", dpi=150)
        plt.close(figure)


def _alone(rounds: int) -> dict[str, float]:
    torch.set_num_threads(1)
    return step_times(BASE, NAMES, rounds)


def main() -> None:
    """Measure everything and write the pictures and their numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quantities", nargs="+", default=[*GROWING, "processes"])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--clock", default="wall", choices=["wall", "cpu"])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    matplotlib.use("Agg")
    torch.set_num_threads(1)
    clock.use(options.clock)
    costs: Costs = {one: grown(one, options.rounds) for one in options.quantities if one in GROWING}
    if "processes" in options.quantities:
        at_once = {n: side_by_side(n, options.rounds) for n in options.processes}
        costs["processes"] = {one: {n: at_once[n][one] for n in at_once} for one in NAMES}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "growth.json").write_text(json.dumps(costs, indent=2) + "\n")
    draw(costs, options.out)


if __name__ == "__main__":
    main()
