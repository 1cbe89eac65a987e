"""One page that shows a run to anyone with a browser, even without a network."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from latentia.estimators import LatentEstimator
from latentia.reports._doctor import doctor_section
from latentia.reports._headlines import headlines
from latentia.reports._pictures import gallery
from latentia.reports._style import STYLE


def report_html(
    estimator: LatentEstimator, metrics: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> str:
    """Write the page of a run: numbers, pictures with captions, settings.

    Parameters
    ----------
    estimator : estimator
        Fitted; its parameters are the settings.
    metrics : mapping
        From :func:`metrics`.
    pictures : mapping of str to bytes
        PNG images by the names of :func:`pictures`.

    Returns
    -------
    str
        Self-contained HTML without scripts, light or dark as the reader prefers.

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> from latentia.reports import metrics
    >>> iris = data.load("iris")
    >>> model = Autoencoder(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> page = report_html(model, metrics(model, iris), {})
    >>> "<title>Autoencoder of iris</title>" in page
    True
    """
    title = escape(f"{metrics['model']['estimator']} of {metrics['data']['name']}")
    parts = [
        f"<header><h1>{title}</h1><p>{_lead(metrics)}</p></header>",
        f"<dl>{''.join(_cards(metrics))}</dl>",
        *doctor_section(metrics),
        *_figures(pictures),
        f"<h2>Settings</h2><table>{''.join(_settings(estimator, metrics))}</table>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def _lead(metrics: Mapping[str, Any]) -> str:
    data, model = metrics["data"], metrics["model"]
    measured = (
        "all of them"
        if data["n_examples"] == data["n_available"]
        else f"{data['n_examples']:,} of them, drawn at random"
    )
    n, k = data["n_available"], model["n_components"]
    return escape(
        f"{n:,} example{'s' * (n != 1)}, {data['what']}; {k} code dimension{'s' * (k != 1)}. "
        f"Numbers and pictures are of {measured}."
    )


def _cards(metrics: Mapping[str, Any]) -> Iterable[str]:
    for line in headlines(metrics):
        name, value, meaning = (escape(s) for s in (line.name, line.value, line.meaning))
        yield f"<div><dt>{name}</dt><dd><strong>{value}</strong><p>{meaning}</p></dd></div>"


def _figures(pictures: Mapping[str, bytes]) -> Iterable[str]:
    for name, image in pictures.items():
        title, caption = (escape(s) for s in (gallery[name].title, gallery[name].caption))
        source = f"data:image/png;base64,{base64.b64encode(image).decode()}"
        yield (
            f'<h2>{title}</h2><figure><img alt="{title}" src="{source}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )


def _settings(estimator: LatentEstimator, metrics: Mapping[str, Any]) -> Iterable[str]:
    chosen = {name: metrics["model"][name] for name in ("likelihood", "scaling")}
    for name, value in estimator.get_params(deep=False).items():
        meant = f" = {chosen[name]!r}" if value == "auto" and name in chosen else ""
        yield f"<tr><th>{escape(name)}</th><td>{escape(repr(value) + meant)}</td></tr>"
