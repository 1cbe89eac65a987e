"""From a fitted model to an estimator of labels, by one call."""

from __future__ import annotations

from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from latentia._names import lookup
from latentia.estimators._transfer import TransferClassifier, TransferRegressor
from latentia.estimators._transferred import Transferred

transfers: dict[str, type[Transferred]] = {
    "classifier": TransferClassifier,
    "regressor": TransferRegressor,
}


class Transferable:
    """Estimators whose encoder can be put to a new task."""

    def transfer(
        self, head: Any = "classifier", *, freeze: bool | int = True, **parameters: Any
    ) -> Any:
        """Return an estimator of labels that starts from this encoder.

        Parameters
        ----------
        head : str or estimator, default="classifier"
            "classifier" or "regressor" is a network on the code, trained with or under the encoder;
            a scikit-learn estimator is put behind ``transform`` in a Pipeline.
        freeze : bool or int, default=True
            True keeps the encoder as it is; False trains all of it; a number keeps so many of its
            first layers.
        **parameters
            Of :class:`TransferClassifier` or :class:`TransferRegressor`.

        Returns
        -------
        TransferClassifier, TransferRegressor or Pipeline
            Not fitted; this model stays as it is.

        Raises
        ------
        ValueError
            For an unknown head or parameter, or a scikit-learn head with an encoder to train.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> from latentia import Autoencoder
        >>> X, y = load_iris(return_X_y=True)
        >>> ae = Autoencoder(max_iter=20, random_state=0, verbose=False).fit(X)
        >>> bool(ae.transfer(LogisticRegression()).fit(X, y).score(X, y) > 0.5)
        True
        """
        check_is_fitted(self)
        encoder = FrozenEstimator(self)
        if isinstance(head, str):
            make = lookup(transfers, head, "head")
            allowed = dict.fromkeys(make(encoder).get_params(deep=False))
            for name in parameters:
                lookup(allowed, name, "parameter")
            return make(encoder, freeze=freeze, **parameters)
        if not hasattr(head, "fit") or isinstance(head, type):
            raise ValueError(
                f"head={head!r} must be 'classifier', 'regressor', or a scikit-learn estimator."
            )
        if freeze is not True or parameters:
            raise ValueError(
                f"head={head!r} is fitted on codes and cannot train the encoder or take "
                "parameters; use head='classifier' or 'regressor', or freeze=True."
            )
        return Pipeline([("encoder", encoder), ("head", head)])
