"""``latentia sample``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from latentia._files import write_whole
from latentia._text import counted
from latentia.cli._given import check_condition, labels_for, typed_condition
from latentia.cli._options import OUTPUT, Processes, Resume, Run, at_least
from latentia.cli._partial import check_room
from latentia.cli._pieces import Rows, identity_of, piece_of, write_rows
from latentia.cli._runs import dataset_of, memory_of, model_of
from latentia.cli._wording import in_options

if TYPE_CHECKING:
    import numpy as np


def sample(
    run: Run,
    /,
    *,
    out: Annotated[Path, Parameter(name=("--out", "-o"), group=OUTPUT)],
    n: Annotated[int, at_least(1)] = 16,
    sampler: str | None = None,
    components: Annotated[int | None, at_least(1), Parameter(show_default="10")] = None,
    seed: Annotated[int, at_least(0)] = 0,
    noise: bool = False,
    condition: str | None = None,
    processes: Processes = 1,
    resume: Resume = False,
) -> None:
    """Draw new examples: a code from the prior, then what the decoder makes of it.

    With `--sampler` codes come from a density that is fitted to the codes of the data first, which
    helps where the prior is not where the codes are. The model on disk stays as it is.

    Parameters
    ----------
    out : Path
        The file: .png for a picture; .npy, .csv or .parquet for the numbers.
    n : int
        How many.
    sampler : str
        gmm, a mixture of normals; normal, only one; flow, a neural spline flow; for quantised codes
        independent or autoregressive.
    components : int
        Normals in the mixture of gmm.
    seed : int
        The same number draws the same examples.
    noise : bool
        Draw from p(x|z), noise and all, instead of taking its mean.
    condition : str
        What a conditional model shall draw: a label or a number; several columns with commas.

    Examples
    --------
        latentia sample runs/digits-vae-2 --n 100 --out new.png
        latentia sample runs/iris-vae-2 --n 1000 --noise --seed 7 --out new.csv
        latentia sample runs/digits-conditional-vae-8 --condition 7 --out sevens.png
        latentia sample runs/digits-autoencoder-16 --sampler gmm --components 20 --out new.png
        latentia sample runs/iris-vae-2 --n 100000000 --processes 4 --resume --out new.npy
    """
    from latentia._names import lookup
    from latentia.estimators import densities, discrete_densities

    if components is not None and sampler != "gmm":
        raise ValueError("--components is the size of a mixture; add --sampler gmm, or drop it.")
    if sampler is not None:
        with in_options():
            lookup(dict.fromkeys([*densities, *discrete_densities]), sampler, "sampler")
    draws = Draws(run, n, sampler, components, seed, noise, condition)
    if out.suffix.lower() == ".png":
        _draw(draws, out)
    else:
        draws.check_room(out)
        write_rows(draws, out, processes, resume)
    print(f"{out}: {counted(n, 'new example')}")


@dataclass(frozen=True)
class Draws:
    """New examples, as the options of the command have them."""

    run: Path
    n: int
    sampler: str | None
    components: int | None
    seed: int
    noise: bool
    condition: str | None

    def open(self) -> Rows:
        estimator = model_of(self.run)
        check_condition(estimator, self.condition, "--condition")
        y = typed_condition(estimator, self.condition, "--condition")
        if self.sampler is not None:
            dataset = dataset_of(self.run, None, None, None, None, ask="draw without --sampler")
            labels = labels_for(estimator, dataset)
            with in_options({"sampler": "--sampler", "n_components": "--components"}):
                estimator.fit_sampler(
                    self.sampler,
                    dataset.X,
                    labels,
                    n_components=self.components,
                    random_state=self.seed,
                )

        def compute(start: int, stop: int) -> np.ndarray:
            seed = _seed_at(self.seed, start)
            return estimator.sample(stop - start, random_state=seed, mean=not self.noise, y=y)

        piece = piece_of(4 * math.prod(estimator.event_shape_))
        return Rows(self.n, piece, memory_of(self.run).get("columns"), compute)

    def notes(self) -> Mapping[str, object]:
        return {"model": identity_of(self.run), **{k: str(v) for k, v in asdict(self).items()}}

    def check_room(self, out: Path) -> None:
        """Refuse more than the disk, or as a picture the memory, has place for."""
        needed = 4 * self.n * math.prod(model_of(self.run).event_shape_)
        check_room(out, needed, f"--n {self.n}: so many examples")


def _seed_at(seed: int, start: int) -> int:
    """Return the seed of the piece that begins at a row: of the first, that of the command."""
    import numpy as np

    if start == 0:
        return seed
    return int(np.random.SeedSequence([seed, start]).generate_state(1)[0] >> 1)


def _draw(draws: Draws, out: Path) -> None:
    from latentia import plotting, reports

    memory = memory_of(draws.run)
    rows = draws.open()
    if draws.n > rows.piece:
        raise ValueError(
            f"--n {draws.n}: so many examples make no picture; draw {rows.piece} at most, or write "
            "numbers."
        )
    shown = reports.visible(rows.compute(0, draws.n), *(memory.get("range") or (None, None)))
    picture = reports.png(plotting.samples(shown, names=rows.names, n=draws.n))
    write_whole(out, lambda stream: stream.write(picture))
