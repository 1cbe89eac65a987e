"""Papers are compositions: a name, the parts it is made of, and the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from latentia._names import lookup
from latentia.corruptions import Gaussian, Masking
from latentia.estimators import VAE, Autoencoder, LatentEstimator, StackedAutoencoder

__all__ = ["Recipe", "make", "names", "recipes"]


@dataclass(frozen=True)
class Recipe:
    """A composition that has a name.

    Parameters
    ----------
    estimator : type
        Whose parameters these are.
    parameters : mapping
        Those that make the recipe what it is; all others are the estimator's defaults.
    when : str
        One line on when to use it.
    reference : str
        Authors, title, year.
    """

    estimator: type[LatentEstimator]
    when: str
    reference: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


recipes: dict[str, Recipe] = {
    "autoencoder": Recipe(
        Autoencoder,
        "Compress and reconstruct; the smallest error for a given number of codes.",
        "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural "
        "Networks. 2006.",
    ),
    "beta-vae": Recipe(
        VAE,
        "Trade reconstruction for a simpler, more disentangled code.",
        "I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained "
        "Variational Framework. 2017.",
        {"beta": 4.0},
    ),
    "contractive-autoencoder": Recipe(
        Autoencoder,
        "Features that only follow the variations that the data have.",
        "S. Rifai, P. Vincent, X. Muller, X. Glorot, Y. Bengio. Contractive Auto-Encoders: "
        "Explicit Invariance During Feature Extraction. 2011.",
        {
            "hidden_layer_sizes": (),
            "code": "sigmoid",
            "tied": True,
            "penalty": "contractive",
            "penalty_weight": 0.1,
        },
    ),
    "convolutional-autoencoder": Recipe(
        Autoencoder,
        "An autoencoder for images: fewer weights, sharper for large or colour images.",
        "J. Masci et al. Stacked Convolutional Auto-Encoders for Hierarchical Feature "
        "Extraction. 2011.",
        {"network": "convolutional"},
    ),
    "convolutional-contractive-autoencoder": Recipe(
        Autoencoder,
        "Codes of images that only follow the variations that the images have.",
        "S. Rifai, P. Vincent, X. Muller, X. Glorot, Y. Bengio. Contractive Auto-Encoders: "
        "Explicit Invariance During Feature Extraction. 2011.",
        {
            "network": "convolutional",
            "code": "sigmoid",
            "penalty": {"contractive": 0.1, "spectral-norm": 0.001},
        },
    ),
    "convolutional-denoising-autoencoder": Recipe(
        Autoencoder,
        "Take noise out of images of many pixels or colours.",
        "L. Gondara. Medical Image Denoising Using Convolutional Denoising Autoencoders. 2016.",
        {"network": "convolutional", "corruption": Gaussian(0.3)},
    ),
    "convolutional-regularised-autoencoder": Recipe(
        Autoencoder,
        "Samples and interpolations of images without noise in the code.",
        "P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schoelkopf. From Variational to "
        "Deterministic Autoencoders. 2020.",
        {"network": "convolutional", "penalty": {"code-norm": 0.01, "decoder-gradient": 0.01}},
    ),
    "convolutional-sparse-autoencoder": Recipe(
        Autoencoder,
        "Many features of images, each of which is rarely active.",
        "A. Ng. Sparse autoencoder. Lecture notes. 2011.",
        {"network": "convolutional", "code": "sigmoid", "penalty": "kl-sparsity"},
    ),
    "convolutional-topk-autoencoder": Recipe(
        Autoencoder,
        "Many features of images, of which each image uses a few.",
        "A. Makhzani, B. Frey. k-Sparse Autoencoders. 2013.",
        {"network": "convolutional", "code": "top-k"},
    ),
    "convolutional-vae": Recipe(
        VAE,
        "A variational autoencoder for large or colour images.",
        "D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.",
        {"network": "convolutional"},
    ),
    "denoising-autoencoder": Recipe(
        Autoencoder,
        "Fill in what is missing; features that do not depend on single values.",
        "P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol. Extracting and Composing Robust "
        "Features with Denoising Autoencoders. 2008.",
        {"corruption": Masking(0.25)},
    ),
    "denoising-vae": Recipe(
        VAE,
        "A variational autoencoder whose codes stay the same under a little noise.",
        "D. J. Im, S. Ahn, R. Memisevic, Y. Bengio. Denoising Criterion for Variational "
        "Auto-Encoding Framework. 2017.",
        {"corruption": Gaussian(0.1)},
    ),
    "free-bits-vae": Recipe(
        VAE,
        "When code dimensions collapse to the prior although the data has more to say.",
        "D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive "
        "Flow. 2016.",
        {"free_bits": 0.25},
    ),
    "linear-autoencoder": Recipe(
        Autoencoder,
        "Principal component analysis by gradient descent; a baseline for everything else.",
        "P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989.",
        {"hidden_layer_sizes": (), "likelihood": "normal-unit"},
    ),
    "linear-vae": Recipe(
        VAE,
        "Probabilistic principal component analysis by gradient descent.",
        "J. Lucas, G. Tucker, R. Grosse, M. Norouzi. Don't Blame the ELBO! A Linear VAE "
        "Perspective on Posterior Collapse. 2019.",
        {"hidden_layer_sizes": (), "likelihood": "normal"},
    ),
    "ordered-autoencoder": Recipe(
        Autoencoder,
        "Codes in order of importance, as principal components are; cut them where you like.",
        "O. Rippel, M. A. Gelbart, R. P. Adams. Learning Ordered Representations with Nested "
        "Dropout. 2014.",
        {"code_corruption": "nested-dropout"},
    ),
    "regularised-autoencoder": Recipe(
        Autoencoder,
        "Samples and interpolations without noise in the code; call fit_sampler after fit.",
        "P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schoelkopf. From Variational to "
        "Deterministic Autoencoders. 2020.",
        {"penalty": {"code-norm": 0.01, "decoder-gradient": 0.01}},
    ),
    "sigma-vae": Recipe(
        VAE,
        "Real-valued data whose noise level nobody knows.",
        "O. Rybkin, K. Daniilidis, S. Levine. Simple and Effective VAE Training with Calibrated "
        "Decoders. 2021.",
        {"likelihood": "normal"},
    ),
    "sparse-autoencoder": Recipe(
        Autoencoder,
        "Many features, each of which is rarely active; take more codes than usual.",
        "A. Ng. Sparse autoencoder. Lecture notes. 2011.",
        {"hidden_layer_sizes": (), "code": "sigmoid", "penalty": "kl-sparsity"},
    ),
    "stacked-denoising-autoencoder": Recipe(
        StackedAutoencoder,
        "A deep model when labels are few: pre-trained layer by layer, then put to a task.",
        "P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising "
        "Autoencoders: Learning Useful Representations in a Deep Network with a Local Denoising "
        "Criterion. 2010.",
        {"of": Autoencoder(code="sigmoid", corruption=Masking(0.25))},
    ),
    "topk-autoencoder": Recipe(
        Autoencoder,
        "Many features, of which each example uses a few; take more codes than usual.",
        "A. Makhzani, B. Frey. k-Sparse Autoencoders. 2013.",
        {"hidden_layer_sizes": (), "code": "top-k"},
    ),
    "vae": Recipe(
        VAE,
        "Generate, score and map data; the place to start.",
        "D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.",
    ),
}


def names() -> list[str]:
    """Return the names of all recipes, sorted.

    Examples
    --------
    >>> "vae" in names()
    True
    """
    return sorted(recipes)


def make(name: str, **parameters: Any) -> LatentEstimator:
    """Return the estimator of a recipe.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    **parameters
        Of the estimator; they override the recipe's.

    Raises
    ------
    ValueError
        For an unknown name or parameter.

    Examples
    --------
    >>> make("beta-vae", n_components=10).beta
    4.0
    """
    recipe = lookup(recipes, name, "model")
    allowed = dict.fromkeys(recipe.estimator().get_params())
    for parameter in parameters:
        lookup(allowed, parameter, f"parameter of {name}")
    return recipe.estimator(**{**recipe.parameters, **parameters})
