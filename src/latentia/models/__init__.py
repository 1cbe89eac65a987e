"""An encoder, a decoder and a prior as one model, and what one forward pass leaves behind."""

from latentia.models._latent_variable import LatentVariableModel
from latentia.models._trace import Batch, Trace

__all__ = ["Batch", "LatentVariableModel", "Trace"]
