"""Numbers about a fitted model: its reconstructions, its code, and what labels read from it."""

from latentia.evaluation._bits import bits_per_dimension
from latentia.evaluation._code import CodeReport, code
from latentia.evaluation._codec import Codec
from latentia.evaluation._copying import copying
from latentia.evaluation._pca import pca_explained_variance, pca_floor
from latentia.evaluation._probe import probe
from latentia.evaluation._rate_distortion import RateDistortion, rate_distortion
from latentia.evaluation._reconstruction import reconstruction
from latentia.evaluation._subspaces import decoded_directions, principal_angles
from latentia.evaluation._variance import (
    codes_needed,
    explained_variance,
    explained_variance_by_codes,
)

__all__ = [
    "CodeReport",
    "Codec",
    "RateDistortion",
    "bits_per_dimension",
    "code",
    "codes_needed",
    "copying",
    "decoded_directions",
    "explained_variance",
    "explained_variance_by_codes",
    "pca_explained_variance",
    "pca_floor",
    "principal_angles",
    "probe",
    "rate_distortion",
    "reconstruction",
]
