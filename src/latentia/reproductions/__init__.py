"""Published numbers, measured again through the public interface."""

from latentia.reproductions._data import sklearn_cancer, sklearn_digits
from latentia.reproductions._measure import Result, Row, reproduce
from latentia.reproductions._target import Quantity, Target
from latentia.reproductions._targets import targets

__all__ = [
    "Quantity",
    "Result",
    "Row",
    "Target",
    "reproduce",
    "sklearn_cancer",
    "sklearn_digits",
    "targets",
]
