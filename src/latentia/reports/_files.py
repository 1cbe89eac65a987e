"""The files that go beside a model's weights: numbers, pictures and the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from latentia.data import Dataset
from latentia.estimators import LatentEstimator
from latentia.reports._metrics import metrics
from latentia.reports._page import report_html
from latentia.reports._pictures import pictures
from latentia.reports._png import png


def run_files(
    estimator: LatentEstimator, dataset: Dataset, source: Mapping[str, Any] | None = None
) -> dict[str, bytes | str]:
    """Report on a fitted estimator as files, by their path in its folder.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    dataset : Dataset
        What it was fitted on.
    source : mapping, optional
        How the data were asked for, JSON-able; kept under ``data`` in ``metrics.json``, so that
        they can be found again.

    Returns
    -------
    dict of str to bytes or str
        ``history.csv``, ``metrics.json``, ``report.html`` and ``pictures/*.png``; pass it to
        ``artifacts.save`` as ``extra_files``.

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> iris = data.load("iris")
    >>> model = Autoencoder(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> sorted(run_files(model, iris))[:3]
    ['history.csv', 'metrics.json', 'pictures/latent_map.png']
    """
    numbers = metrics(estimator, dataset)
    numbers["data"].update(source or {})
    images = {name: png(figure) for name, figure in pictures(estimator, dataset).items()}
    return {
        "history.csv": estimator.history_.to_csv(),
        "metrics.json": json.dumps(numbers, indent=2, allow_nan=False) + "\n",
        "report.html": report_html(estimator, numbers, images),
        **{f"pictures/{name}.png": image for name, image in images.items()},
    }
