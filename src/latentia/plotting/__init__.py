"""Figures of examples, codes and training, drawn without any global state."""

from latentia.plotting._aggregated_posterior import aggregated_posterior
from latentia.plotting._analogies import analogies
from latentia.plotting._bubbles import bubbles
from latentia.plotting._differences import differences
from latentia.plotting._energies import energies
from latentia.plotting._energy_surface import energy_surface
from latentia.plotting._explained_variance import explained_variance
from latentia.plotting._interpolation import interpolation, walks
from latentia.plotting._kl import kl_per_dimension
from latentia.plotting._latent_map import latent_map
from latentia.plotting._loss_curves import loss_curves
from latentia.plotting._manifold import manifold
from latentia.plotting._mosaic import mosaic
from latentia.plotting._neighbors import neighbors
from latentia.plotting._paths import along_dimensions, paths
from latentia.plotting._projections import projections
from latentia.plotting._rate_distortion import rate_distortion
from latentia.plotting._reconstructions import reconstructions
from latentia.plotting._samples import samples
from latentia.plotting._time_lapse import time_lapse
from latentia.plotting._traversals import traversals
from latentia.plotting._trials import trials
from latentia.plotting._vector_field import vector_field
from latentia.plotting._weights import weights

__all__ = [
    "aggregated_posterior",
    "along_dimensions",
    "analogies",
    "bubbles",
    "differences",
    "energies",
    "energy_surface",
    "explained_variance",
    "interpolation",
    "kl_per_dimension",
    "latent_map",
    "loss_curves",
    "manifold",
    "mosaic",
    "neighbors",
    "paths",
    "projections",
    "rate_distortion",
    "reconstructions",
    "samples",
    "time_lapse",
    "traversals",
    "trials",
    "vector_field",
    "walks",
    "weights",
]
