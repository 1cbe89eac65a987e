"""Published numbers, measured again through the public interface."""

from latentia.reproductions._measure import Result, reproduce
from latentia.reproductions._runs import sklearn_cancer, sklearn_digits
from latentia.reproductions._targets import Target, targets

__all__ = ["Result", "Target", "reproduce", "sklearn_cancer", "sklearn_digits", "targets"]
