"""What codes are good for, beside principal components and the examples themselves."""

from __future__ import annotations

from typing import Any

from latentia._arrays import as_examples, flat
from latentia.evaluation._clustering import clustering
from latentia.evaluation._pca import fitted_pca
from latentia.evaluation._probe import probe
from latentia.evaluation._retrieval import retrieval
from latentia.evaluation._scaled import scaled


def comparison(
    codes: Any, y: Any, x: Any, seed: int = 0, *, scale: Any = 1.0
) -> dict[str, dict[str, float]]:
    """Measure codes by their labels, beside as many principal components and all features.

    Parameters
    ----------
    codes : array or tensor, shape (n, *code)
    y : array of length n
        Class labels, integers or text.
    x : array or tensor, shape (n, *event)
        The examples that were encoded.
    seed : int, default=0
        Of the choice of examples, of folds, and of starts.
    scale : float, array or tensor, default=1.0
        What columns of different units are divided by, e.g. ``model.scaling_.scale``.

    Returns
    -------
    dict of dict of str to float
        For "codes", for "pca", the first components of x, as many as codes have numbers or x
        allows, and for "raw", x itself: what :func:`probe` ("knn" and "logistic"),
        :func:`clustering` ("nmi" and "ari") and :func:`retrieval` ("precision" and "map") say.

    Raises
    ------
    ValueError
        If x has not as many examples as codes, labels are not classes or not as many, or there
        are ten or fewer examples.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> numbers = comparison(x[:, :2], y, x)
    >>> numbers["codes"]["knn"] < numbers["pca"]["knn"]
    True
    """
    codes, x = flat(as_examples(codes, "codes")), as_examples(x, "x")
    if len(x) != len(codes):
        raise ValueError(f"x has {len(x)} examples, but codes has {len(codes)}.")
    x = flat(scaled(x, scale))
    components = fitted_pca(x, codes.shape[1]).transform(x)
    return {
        name: probe(table, y, seed=seed)
        | clustering(table, y, seed)
        | retrieval(table, y, seed=seed)
        for name, table in {"codes": codes, "pca": components, "raw": x}.items()
    }
