"""Numbers about a fitted model: its reconstructions, its code, and what labels read from it."""

from latentia.evaluation._code import CodeReport, code
from latentia.evaluation._pca import pca_floor
from latentia.evaluation._probe import probe
from latentia.evaluation._reconstruction import reconstruction

__all__ = ["CodeReport", "code", "pca_floor", "probe", "reconstruction"]
