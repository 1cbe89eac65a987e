"""Figures of examples, codes and training, drawn without any global state."""

from latentia.plotting._analogies import analogies
from latentia.plotting._bubbles import bubbles
from latentia.plotting._energies import energies
from latentia.plotting._explained_variance import explained_variance
from latentia.plotting._kl import kl_per_dimension
from latentia.plotting._latent_map import latent_map
from latentia.plotting._loss_curves import loss_curves
from latentia.plotting._manifold import manifold
from latentia.plotting._mosaic import mosaic
from latentia.plotting._rate_distortion import rate_distortion
from latentia.plotting._reconstructions import reconstructions
from latentia.plotting._samples import samples
from latentia.plotting._vector_field import vector_field
from latentia.plotting._weights import weights

__all__ = [
    "analogies",
    "bubbles",
    "energies",
    "explained_variance",
    "kl_per_dimension",
    "latent_map",
    "loss_curves",
    "manifold",
    "mosaic",
    "rate_distortion",
    "reconstructions",
    "samples",
    "vector_field",
    "weights",
]
