"""One page that shows a comparison of models."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from latentia.evaluation import PairedDifference
from latentia.reports._comparison import Compared
from latentia.reports._style import STYLE

_READING = (
    "Every number is a mean over the same examples. The error is squared, as a share of the "
    "variance of the data: 0 is perfect, 1 is the mean of the data. Differences are from the first "
    "run, example by example, with 95 % confidence intervals: they are about other examples of the "
    "same kind, not about another training of the same model. Scores that are not of one kind have "
    "no difference."
)


def comparison_rows(results: list[Compared]) -> list[tuple[str, ...]]:
    """Return the table of a comparison, its head first.

    Parameters
    ----------
    results : list of Compared

    Examples
    --------
    >>> one = Compared("a", "VAE", 2, 0.25, -3.0, "log_likelihood_bound", None, None)
    >>> comparison_rows([one])[1]
    ('a', 'VAE', '2', '0.25', '', '-3', '')
    """
    head = ("run", "model", "codes", "error", "difference", "score", "difference")
    return [head, *(_row(result, results[0]) for result in results)]


def _row(result: Compared, first: Compared) -> tuple[str, ...]:
    return (
        result.name,
        result.estimator,
        str(result.n_components),
        f"{result.error:.4g}",
        _difference(result.error_difference, result is first),
        f"{result.score:.4g}",
        _difference(result.score_difference, result is first),
    )


def comparison_html(results: list[Compared], title: str, picture: bytes) -> str:
    """Write the page of a comparison: a table, and the differences drawn.

    Parameters
    ----------
    results : list of Compared
    title : str
        What was compared on what.
    picture : bytes
        A PNG image of the differences.

    Returns
    -------
    str
        Self-contained HTML without scripts, light or dark as the reader prefers.

    Examples
    --------
    >>> one = Compared("<a>", "VAE", 2, 0.25, -3.0, "log_likelihood_bound", None, None)
    >>> "<td>&lt;a&gt;</td>" in comparison_html([one], "models", b"")
    True
    """
    head, *rows = comparison_rows(results)
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    body = "".join(f"<tr>{''.join(_cells('td', row))}</tr>" for row in rows)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(_READING)}</p></header>\n"
        f"<h2>Numbers</h2><table><tr>{''.join(_cells('th', head))}</tr>{body}"
        "</table>\n"
        f'<h2>Differences</h2><figure><img alt="Differences" src="{source}"></figure>\n'
        "</main>\n</body>\n</html>\n"
    )


def _cells(tag: str, values: Iterable[str]) -> Iterable[str]:
    return (f"<{tag}>{escape(value)}</{tag}>" for value in values)


def _difference(found: PairedDifference | None, first: bool) -> str:
    if found is None:
        return "" if first else "not comparable"
    return f"{found.mean:+.3g} ({found.low:+.3g} to {found.high:+.3g})"
