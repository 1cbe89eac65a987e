"""Numbers about a fitted model: its reconstructions, its code, and what labels read from it."""

from latentia.evaluation._ablations import Ablation, ablation, ablations, fixed_likelihood
from latentia.evaluation._aggregated_posterior import AggregatedPosterior, aggregated_posterior
from latentia.evaluation._beta_vae_score import beta_vae_score
from latentia.evaluation._bits import bits_per_dimension
from latentia.evaluation._clustering import clustering
from latentia.evaluation._code import CodeReport, code
from latentia.evaluation._code_information import CodeInformation, code_information
from latentia.evaluation._codec import Codec
from latentia.evaluation._comparison import comparison
from latentia.evaluation._completeness import blanks, completeness, recognizable
from latentia.evaluation._continuity import continuity, local_lipschitz
from latentia.evaluation._copying import copying
from latentia.evaluation._dci import dci, dci_from_importances
from latentia.evaluation._detection import anomaly
from latentia.evaluation._disentanglement import disentanglement
from latentia.evaluation._factor_vae_score import factor_vae_score
from latentia.evaluation._feature_distances import frechet_distance, kernel_distance
from latentia.evaluation._features_of import features_of
from latentia.evaluation._likelihood import Average, LikelihoodReport, likelihood
from latentia.evaluation._memorization import Memorization, memorization
from latentia.evaluation._mig import mig
from latentia.evaluation._modularity import modularity
from latentia.evaluation._mutual_information import mutual_information
from latentia.evaluation._overlap import overlap
from latentia.evaluation._paired import PairedDifference, paired_difference
from latentia.evaluation._pca import pca_explained_variance, pca_floor
from latentia.evaluation._precision_recall import density_coverage, precision_recall
from latentia.evaluation._probe import probe
from latentia.evaluation._pseudo_likelihood import pseudo_log_likelihood
from latentia.evaluation._rate_distortion import RateDistortion, rate_distortion
from latentia.evaluation._reconstruction import reconstruction
from latentia.evaluation._retrieval import retrieval
from latentia.evaluation._sap import sap
from latentia.evaluation._ssim import ssim
from latentia.evaluation._subspaces import decoded_directions, principal_angles
from latentia.evaluation._variance import (
    codes_needed,
    explained_variance,
    explained_variance_by_codes,
)

__all__ = [
    "Ablation",
    "AggregatedPosterior",
    "Average",
    "CodeInformation",
    "CodeReport",
    "Codec",
    "LikelihoodReport",
    "Memorization",
    "PairedDifference",
    "RateDistortion",
    "ablation",
    "ablations",
    "aggregated_posterior",
    "anomaly",
    "beta_vae_score",
    "bits_per_dimension",
    "blanks",
    "clustering",
    "code",
    "code_information",
    "codes_needed",
    "comparison",
    "completeness",
    "continuity",
    "copying",
    "dci",
    "dci_from_importances",
    "decoded_directions",
    "density_coverage",
    "disentanglement",
    "explained_variance",
    "explained_variance_by_codes",
    "factor_vae_score",
    "features_of",
    "fixed_likelihood",
    "frechet_distance",
    "kernel_distance",
    "likelihood",
    "local_lipschitz",
    "memorization",
    "mig",
    "modularity",
    "mutual_information",
    "overlap",
    "paired_difference",
    "pca_explained_variance",
    "pca_floor",
    "precision_recall",
    "principal_angles",
    "probe",
    "pseudo_log_likelihood",
    "rate_distortion",
    "recognizable",
    "reconstruction",
    "retrieval",
    "sap",
    "ssim",
]
