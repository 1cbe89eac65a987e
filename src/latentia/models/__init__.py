"""An encoder, a decoder and a prior as one model, and what one forward pass leaves behind."""

from latentia.models._belief import BeliefNetwork, untied
from latentia.models._bipartite import Bipartite
from latentia.models._chains import Chains
from latentia.models._energy import LatentEnergy
from latentia.models._latent_variable import LatentVariableModel
from latentia.models._norms import check_norm, norms
from latentia.models._rbm import RBM
from latentia.models._regularizers import regularizers
from latentia.models._trace import Batch, Trace

__all__ = [
    "RBM",
    "Batch",
    "BeliefNetwork",
    "Bipartite",
    "Chains",
    "LatentEnergy",
    "LatentVariableModel",
    "Trace",
    "check_norm",
    "norms",
    "regularizers",
    "untied",
]
