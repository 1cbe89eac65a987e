"""The model card: what a stranger needs to know of a model folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latentia.training import History

_TEMPLATE = """# {estimator}, {n_components} codes

Trained with latentia {version} on {n_features} features of shape {shape} for {epochs} passes over
the data.

```python
import latentia

model = latentia.load("this folder")
codes = model.transform(X)
```

| pass {kept}, whose weights these are | value |
| --- | --- |
{table}

Terms are means over examples, in nats of the scaled data, summed over features. Every setting
stands in `config.json`, the weights in `model.safetensors`.
"""


def model_card(config: Mapping[str, Any], history: History) -> str:
    """Return the text of the card from the config and the history of training."""
    shape = config["state"]["event_shape_"]["items"]
    n_features = 1
    for size in shape:
        n_features *= size
    return _TEMPLATE.format(
        estimator=config["estimator"],
        n_components=config["parameters"]["n_components"],
        version=config["latentia"],
        n_features=n_features,
        shape=" x ".join(map(str, shape)),
        epochs=len(history),
        kept=history.kept,
        table="\n".join(f"| {name} | {value:.6g} |" for name, value in history.kept_record.items()),
    )
