"""Boltzmann machines, and what they pre-train."""

from __future__ import annotations

from latentia.estimators import DeepBeliefNetwork, RestrictedBoltzmannMachine, StackedAutoencoder
from latentia.recipes._recipe import Recipe

machines: dict[str, Recipe] = {
    "deep-belief-network": Recipe(
        DeepBeliefNetwork,
        "A deep model of binary data that dreams: layers of causes, the highest in equilibrium.",
        "G. E. Hinton, S. Osindero, Y.-W. Teh. A Fast Learning Algorithm for Deep Belief Nets. "
        "2006.",
        {"of": RestrictedBoltzmannMachine()},
    ),
    "gaussian-rbm": Recipe(
        RestrictedBoltzmannMachine,
        "Binary causes of real-valued data, such as standardised tables.",
        "K. Cho, A. Ilin, T. Raiko. Improved Learning of Gaussian-Bernoulli Restricted Boltzmann "
        "Machines. 2011.",
        {"likelihood": "normal"},
    ),
    "rbm": Recipe(
        RestrictedBoltzmannMachine,
        "Many binary features of binary data, and samples by Markov chains.",
        "T. Tieleman. Training Restricted Boltzmann Machines Using Approximations to the "
        "Likelihood Gradient. 2008.",
    ),
    "rbm-pretrained-autoencoder": Recipe(
        StackedAutoencoder,
        "A deep autoencoder that starts from Boltzmann machines, each of the codes below it.",
        "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural "
        "Networks. 2006.",
        {"of": RestrictedBoltzmannMachine(persistent=False)},
    ),
    "tempered-rbm": Recipe(
        RestrictedBoltzmannMachine,
        "A Boltzmann machine of data in modes far apart, which chains at one temperature miss.",
        "G. Desjardins, A. Courville, Y. Bengio, P. Vincent, O. Delalleau. Tempered Markov Chain "
        "Monte Carlo for Training of Restricted Boltzmann Machines. 2010.",
        {"temperatures": (0.25, 0.5, 0.75, 1.0)},
    ),
}
