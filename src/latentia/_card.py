"""The model card: what a stranger needs to know of a model folder."""

from __future__ import annotations

import math

from latentia._text import counted
from latentia._version import __version__
from latentia.estimators import LatentEstimator, Transferred

_NATS = {False: "in nats of the scaled data, summed over features", True: "in nats of the labels"}
_NORM = "of the scaled data: the reconstruction by the norm {norm!r}, which is not in nats"
_USE = {False: "codes = model.transform(X)", True: "y = model.predict(X)"}
_TEMPLATE = """# {estimator}, {codes}

Trained with latentia {version} on {features} of shape {shape} for {passes} over the data{stopped}.

```python
import latentia

model = latentia.load("this folder")
{use}
```

| pass {kept}, whose weights these are | value |
| --- | --- |
{table}

Terms are means over examples, {unit}.

Every setting stands in `config.json`, the weights in `model.safetensors`.
"""


def model_card(estimator: LatentEstimator | Transferred) -> str:
    """Return the text of the card of a fitted estimator."""
    shape, history = estimator.event_shape_, estimator.history_
    norm, predicts = getattr(estimator, "norm", None), isinstance(estimator, Transferred)
    rows = history.kept_record.items()
    return _TEMPLATE.format(
        estimator=type(estimator).__name__,
        codes=counted(estimator.n_components_, "code"),
        version=__version__,
        features=counted(math.prod(shape), "feature"),
        shape=" x ".join(map(str, shape)),
        passes=counted(len(history), "pass", "passes"),
        stopped=", until it was interrupted" if history.stopped == "interrupted" else "",
        unit=_NATS[predicts] if norm is None else _NORM.format(norm=norm),
        use=_USE[predicts],
        kept=history.kept,
        table="\n".join(f"| {name} | {value:.6g} |" for name, value in rows),
    )
