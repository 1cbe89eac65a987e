"""The built-in sets by name: a few fixed ones from scikit-learn, and the generated ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from latentia.data._curves import Ellipse, Ring, Spiral, SwissRoll
from latentia.data._dataset import Dataset
from latentia.data._sprites import Sprites


class Source(Protocol):
    """Where a data set comes from: a name, one line about it, and a way to load it."""

    @property
    def name(self) -> str:
        """What a user types."""

    @property
    def description(self) -> str:
        """One line for a list."""

    def load(self, n: int | None = None, seed: int = 0) -> Dataset:
        """Return the first n examples; the seed matters to generated sets only."""


@dataclass(frozen=True)
class Bundled:
    """A set that comes with scikit-learn, in its own order.

    Parameters
    ----------
    name : str
        Its name there, after ``load_``.
    description : str
        One line about it.

    Examples
    --------
    >>> Bundled("iris", "flowers").load(n=3).schema.names[0]
    'sepal length (cm)'
    """

    name: str
    description: str

    def load(self, n: int | None = None, seed: int = 0) -> Dataset:
        """Return the first n examples, all by default.

        Images, where the set has them, are float32; tables are float64 with their column names.

        Parameters
        ----------
        n : int, optional
            How many examples.
        seed : int, default 0
            Not used: the set is fixed.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If there are fewer than n examples.
        """
        bunch = self._bunch()
        if "images" in bunch:
            return Dataset.of(bunch.images.astype(np.float32), bunch.target, name=self.name, n=n)
        names = tuple(str(name) for name in bunch.feature_names)
        return Dataset.of(bunch.data, bunch.target, names=names, name=self.name, n=n)

    def _bunch(self) -> Any:
        # Here and not above: the import costs a second.
        from sklearn import datasets

        return getattr(datasets, f"load_{self.name}")()


sources: dict[str, Source] = {
    source.name: source
    for source in (
        Bundled("breast_cancer", "569 tumours, 30 measurements; label: malignant 0, benign 1"),
        Bundled("digits", "1,797 handwritten digits, 8 x 8 pixels of 0 to 16; label: digit"),
        Ellipse(),
        Bundled("iris", "150 flowers, 4 lengths in cm; label: species"),
        Ring(),
        Spiral(),
        Sprites(),
        Sprites(size=32),
        SwissRoll(),
        Bundled("wine", "178 wines, 13 measurements; label: grower"),
    )
}
