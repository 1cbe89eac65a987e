"""Autoencoders whose code is a point."""

from __future__ import annotations

from functools import partial

from latentia.corruptions import Gaussian, Masking
from latentia.estimators import Autoencoder, StackedAutoencoder
from latentia.heads import VectorQuantized
from latentia.recipes._recipe import Recipe

deterministic: dict[str, Recipe] = {
    "autoencoder": Recipe(
        Autoencoder,
        "Compress and reconstruct; the smallest error for a given number of codes.",
        "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural "
        "Networks. 2006.",
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
        "P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to "
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
    "denoising-autoencoder": Recipe(
        Autoencoder,
        "Fill in what is missing; features that do not depend on single values.",
        "P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol. Extracting and Composing Robust "
        "Features with Denoising Autoencoders. 2008.",
        {"corruption": Masking(0.25)},
    ),
    "fsq-autoencoder": Recipe(
        Autoencoder,
        "A code of a few levels in each dimension, with nothing more to learn.",
        "F. Mentzer, D. Minnen, E. Agustsson, M. Tschannen. Finite Scalar Quantization: VQ-VAE "
        "Made Simple. 2023.",
        {"n_components": 8, "code": "finite-scalar"},
    ),
    "linear-autoencoder": Recipe(
        Autoencoder,
        "Principal component analysis by gradient descent; a baseline for everything else.",
        "P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989.",
        {"hidden_layer_sizes": (), "likelihood": "normal-unit"},
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
        "P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to "
        "Deterministic Autoencoders. 2020.",
        {"penalty": {"code-norm": 0.01, "decoder-gradient": 0.01}},
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
    "vq-vae": Recipe(
        Autoencoder,
        "A code of words from a learned codebook; call fit_sampler after fit.",
        "A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. "
        "2017.",
        {"n_components": 16, "code": partial(VectorQuantized, n_codes=64, n_vectors=8)},
    ),
}
