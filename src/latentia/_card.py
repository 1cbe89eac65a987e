"""The model card: what a stranger needs to know of a model folder."""

from __future__ import annotations

import math

from latentia._version import __version__
from latentia.estimators import LatentEstimator, Transferred

_USE = {False: "codes = model.transform(X)", True: "y = model.predict(X)"}
_TEMPLATE = """# {estimator}, {n_components} codes

Trained with latentia {version} on {n_features} features of shape {shape} for {epochs} passes over
the data.

```python
import latentia

model = latentia.load("this folder")
{use}
```

| pass {kept}, whose weights these are | value |
| --- | --- |
{table}

Terms are means over examples, in nats of the scaled data, summed over features. Every setting
stands in `config.json`, the weights in `model.safetensors`.
"""


def model_card(estimator: LatentEstimator | Transferred) -> str:
    """Return the text of the card of a fitted estimator."""
    shape, history = estimator.event_shape_, estimator.history_
    rows = history.kept_record.items()
    return _TEMPLATE.format(
        estimator=type(estimator).__name__,
        n_components=estimator.n_components,
        version=__version__,
        n_features=math.prod(shape),
        shape=" x ".join(map(str, shape)),
        epochs=len(history),
        use=_USE[isinstance(estimator, Transferred)],
        kept=history.kept,
        table="\n".join(f"| {name} | {value:.6g} |" for name, value in rows),
    )
