"""The few numbers to read first, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A model copies that explains more than half of the variance of noise, nearly as much as of data.
_COPIED, _ALIKE = 0.5, 0.9


@dataclass(frozen=True)
class Headline:
    """One number with its name and what it means.

    Parameters
    ----------
    name, value, meaning : str
        For a table of three columns.
    """

    name: str
    value: str
    meaning: str


def headlines(metrics: Mapping[str, Any]) -> list[Headline]:
    """Put the most telling of the numbers into words.

    Parameters
    ----------
    metrics : mapping
        From :func:`metrics`.

    Returns
    -------
    list of Headline

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> from latentia.reports import metrics
    >>> iris = data.load("iris")
    >>> model = Autoencoder(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> [line.name for line in headlines(metrics(model, iris))][:2]
    ['reconstruction error', 'explained variance']
    """
    lines = (_reconstruction, _explained, _copying, _score, _code, _probe, _training)
    return [headline for line in lines for headline in line(metrics)]


def _reconstruction(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    errors, pca = metrics["reconstruction"], metrics["pca"]
    yield Headline(
        "reconstruction error",
        _number(errors["mse_scaled"]),
        f"mean squared error of a feature, scaled; {_linear(metrics, _number(pca['mse_scaled']))}; "
        f"in units of the data {_number(errors['mse'])}",
    )


def _explained(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    share, pca = (metrics[part]["explained_variance"] for part in ("reconstruction", "pca"))
    if share is None or pca is None:
        return
    yield Headline(
        "explained variance",
        f"{share:.1%}",
        f"of what varies in the scaled data is reconstructed; {_linear(metrics, f'{pca:.1%}')}",
    )


def _linear(metrics: Mapping[str, Any], reached: str) -> str:
    if metrics["code"]["complete"]["kind"] != "under-complete":
        return "a linear code as wide as the data reconstructs everything"
    return f"the best linear code of the same size (PCA) reaches {reached}"


def _copying(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    """Speak of copying where nothing in the size of the code prevents it."""
    shuffled, complete = metrics["reconstruction"]["shuffled"], metrics["code"]["complete"]
    if shuffled is None or complete["kind"] == "under-complete":
        return
    data, noise = shuffled["data_explained"], shuffled["noise_explained"]
    if data is None or noise is None:
        return
    copies = noise > max(_COPIED, _ALIKE * data)
    yield Headline(
        "explained variance of shuffled data",
        f"{noise:.1%}",
        f"the {complete['kind']} code, {complete['n_components']} dimensions for "
        f"{complete['n_features']} features, "
        + (
            "reconstructs shuffled data nearly as well as the data: it copies; take fewer codes, "
            "or add a corruption or a penalty"
            if copies
            else "does not just copy: features shuffled over the examples are reconstructed worse"
        ),
    )


_SCORES = {
    "log_likelihood_bound": (
        "log-likelihood bound",
        "lower bound on log p(x) by importance sampling with 100 draws, mean of "
        "{n_examples:,} examples, in the units of the data",
    ),
    "reconstruction_log_likelihood": (
        "reconstruction log-likelihood",
        "log p(x | its code), mean of {n_examples:,} examples, in the units of the data; no "
        "density of x",
    ),
    "minus_free_energy": (
        "minus free energy",
        "log p(x) but for a constant that is the same for all x, mean of {n_examples:,} examples, "
        "in the units of the data",
    ),
    "minus_energy": (
        "minus energy",
        "{usual}, less the penalties of an example, if any; mean of {n_examples:,} examples; no "
        "density of x",
    ),
}


def _score(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    score, norm = metrics["score"], metrics["model"].get("norm")
    name, meaning = _SCORES[score["what"]]
    usual = f"minus the {norm} of the scaled data" if norm else "log p(x | its code)"
    number = _number(score["value"], "" if norm else " nats")
    yield Headline(name, number, meaning.format(usual=usual, **score))


def _code(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    code, n_components = metrics["code"], metrics["model"]["n_components"]
    kl = code["kl_per_dimension"]
    carried = "" if kl is None else f"; together they cost {sum(kl):.4g} nats for an example"
    yield Headline(
        "active codes",
        f"{code['n_active']} of {n_components}",
        f"dimensions whose code varies from example to example{carried}",
    )


def _probe(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    probe = metrics["probe"]
    if probe is None:
        return
    for key, name in {"knn": "5 nearest neighbours", "logistic": "linear classifier"}.items():
        yield Headline(
            name,
            f"{probe[key]:.1%}",
            f"of labels predicted right from codes, cross-validated; {probe[f'{key}_raw']:.1%} "
            "from the data themselves",
        )


def _training(metrics: Mapping[str, Any]) -> Iterator[Headline]:
    training = metrics["training"]
    held_out = training["losses"].get("validation_loss")
    if training["kept_epoch"] is None:
        return
    broken = "interrupted; " if training.get("interrupted") else ""
    kept = f"the weights kept are those of pass {training['kept_epoch']:,}"
    loss = "" if held_out is None else f", the best held-out loss, {_number(held_out)}"
    passes = f"{training['epochs']:,} pass{'es' * (training['epochs'] != 1)}"
    yield Headline("training", passes, broken + kept + loss)


def _number(value: float | None, unit: str = "") -> str:
    return "not finite" if value is None else f"{value:.4g}{unit}"
