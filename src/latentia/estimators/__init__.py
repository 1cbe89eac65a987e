"""The scikit-learn face: plain arrays outside, torch inside."""

from latentia.estimators._autoencoder import Autoencoder
from latentia.estimators._belief import DeepBeliefNetwork
from latentia.estimators._boltzmann import RestrictedBoltzmannMachine
from latentia.estimators._densities import densities, discrete_densities
from latentia.estimators._energy import EnergyAutoencoder
from latentia.estimators._hierarchical import HierarchicalVAE
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._machines import LogConstant
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._most_likely import CodeSearch
from latentia.estimators._semi_supervised import SemiSupervisedVAE
from latentia.estimators._stacked import StackedAutoencoder
from latentia.estimators._state import get_state, set_state
from latentia.estimators._transfer import TransferClassifier, TransferRegressor
from latentia.estimators._transferred import Transferred
from latentia.estimators._vae import VAE

#: Name -> estimator, for the command line and for models on disk.
estimators: dict[str, type[LatentEstimator | Transferred]] = {
    "Autoencoder": Autoencoder,
    "DeepBeliefNetwork": DeepBeliefNetwork,
    "EnergyAutoencoder": EnergyAutoencoder,
    "HierarchicalVAE": HierarchicalVAE,
    "RestrictedBoltzmannMachine": RestrictedBoltzmannMachine,
    "SemiSupervisedVAE": SemiSupervisedVAE,
    "StackedAutoencoder": StackedAutoencoder,
    "TransferClassifier": TransferClassifier,
    "TransferRegressor": TransferRegressor,
    "VAE": VAE,
}

__all__ = [
    "VAE",
    "Autoencoder",
    "CodeSearch",
    "DeepBeliefNetwork",
    "EnergyAutoencoder",
    "HierarchicalVAE",
    "LatentEstimator",
    "LogConstant",
    "MirroredEstimator",
    "RestrictedBoltzmannMachine",
    "SemiSupervisedVAE",
    "StackedAutoencoder",
    "TransferClassifier",
    "TransferRegressor",
    "Transferred",
    "densities",
    "discrete_densities",
    "estimators",
    "get_state",
    "set_state",
]
