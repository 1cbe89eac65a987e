"""The laws that every part obeys, as checks for parts of your own."""

from latentia.testing._heads import check_head
from latentia.testing._objectives import check_objective
from latentia.testing._priors import check_prior

__all__ = ["check_head", "check_objective", "check_prior"]
