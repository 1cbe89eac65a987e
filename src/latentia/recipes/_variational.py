"""Autoencoders whose code has a distribution, or a prior."""

from __future__ import annotations

from functools import partial

from latentia.corruptions import Gaussian
from latentia.estimators import VAE, HierarchicalVAE, SemiSupervisedVAE
from latentia.heads import GumbelSoftmax
from latentia.objectives import ELBO
from latentia.recipes._recipe import Recipe
from latentia.training import Linear

variational: dict[str, Recipe] = {
    "adversarial-autoencoder": Recipe(
        VAE,
        "Codes that a discriminator cannot tell from draws of the prior.",
        "A. Makhzani, J. Shlens, N. Jaitly, I. Goodfellow, B. Frey. Adversarial Autoencoders. "
        "2016.",
        {"posterior": "delta", "objective": "adversarial", "optimizer": "adam-low-momentum"},
    ),
    "annealed-vae": Recipe(
        VAE,
        "When the code collapses at the start: the divergence counts little by little.",
        "S. R. Bowman et al. Generating Sentences from a Continuous Space. 2016.",
        {"beta": Linear(0.0, 1.0, 5_000)},
    ),
    "beta-tc-vae": Recipe(
        VAE,
        "A disentangled code at a smaller loss of reconstruction than beta-vae.",
        "R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud. Isolating Sources of Disentanglement in "
        "Variational Autoencoders. 2018.",
        {"penalty": "total-correlation", "penalty_weight": 5.0},
    ),
    "beta-vae": Recipe(
        VAE,
        "Trade reconstruction for a simpler, more disentangled code.",
        "I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained "
        "Variational Framework. 2017.",
        {"beta": 4.0},
    ),
    "capacity-vae": Recipe(
        VAE,
        "A code that is given its nats little by little.",
        "C. P. Burgess et al. Understanding Disentangling in beta-VAE. 2018.",
        {"objective": partial(ELBO, capacity=Linear(0.0, 10.0, 10_000)), "beta": 10.0},
    ),
    "categorical-vae": Recipe(
        VAE,
        "A code of choices among a few categories.",
        "E. Jang, S. Gu, B. Poole. Categorical Reparameterization with Gumbel-Softmax. 2016.",
        {"n_components": 32, "posterior": partial(GumbelSoftmax, n_variables=8)},
    ),
    "ciwae": Recipe(
        VAE,
        "Half the evidence lower bound, half the tighter one.",
        "T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018.",
        {"objective": "ciwae"},
    ),
    "conditional-vae": Recipe(
        VAE,
        "Examples of any label or measurement that you ask for; fit(X, y).",
        "K. Sohn, H. Lee, X. Yan. Learning Structured Output Representation using Deep "
        "Conditional Generative Models. 2015.",
        {"condition": "y"},
    ),
    "constrained-vae": Recipe(
        VAE,
        "A code of so many nats, whatever weight that takes.",
        "D. J. Rezende, F. Viola. Taming VAEs. 2018.",
        {"objective": "constrained"},
    ),
    "convolutional-vae": Recipe(
        VAE,
        "A variational autoencoder for large or colour images.",
        "D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.",
        {"network": "convolutional"},
    ),
    "count-vae": Recipe(
        VAE,
        "Tables of counts, such as reads of genes.",
        "R. Lopez, J. Regier, M. B. Cole, M. I. Jordan, N. Yosef. Deep Generative Modeling for "
        "Single-Cell Transcriptomics. 2018.",
        {"likelihood": "negative-binomial"},
    ),
    "denoising-vae": Recipe(
        VAE,
        "A variational autoencoder whose codes stay the same under a little noise.",
        "D. J. Im, S. Ahn, R. Memisevic, Y. Bengio. Denoising Criterion for Variational "
        "Auto-Encoding Framework. 2017.",
        {"corruption": Gaussian(0.1)},
    ),
    "dip-vae": Recipe(
        VAE,
        "A disentangled code by uncorrelated dimensions.",
        "A. Kumar, P. Sattigeri, A. Balakrishnan. Variational Inference of Disentangled Latent "
        "Concepts from Unlabeled Observations. 2018.",
        {"penalty": "dip", "penalty_weight": 1.0},
    ),
    "dreg-iwae": Recipe(
        VAE,
        "The tighter bound with many draws, without the noise in the encoder's gradient.",
        "G. Tucker, D. Lawson, S. Gu, C. J. Maddison. Doubly Reparameterized Gradient "
        "Estimators for Monte Carlo Objectives. 2019.",
        {"objective": "dreg", "n_samples": 16},
    ),
    "factor-vae": Recipe(
        VAE,
        "A disentangled code by a discriminator.",
        "H. Kim, A. Mnih. Disentangling by Factorising. 2018.",
        {"objective": "factor"},
    ),
    "flow-prior-vae": Recipe(
        VAE,
        "A prior of any shape, learned with the model.",
        "X. Chen et al. Variational Lossy Autoencoder. 2016.",
        {"prior": "flow"},
    ),
    "free-bits-vae": Recipe(
        VAE,
        "When code dimensions collapse to the prior although the data has more to say.",
        "D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive "
        "Flow. 2016.",
        {"free_bits": 0.25},
    ),
    "full-covariance-vae": Recipe(
        VAE,
        "When dimensions of the code depend on each other given an example.",
        "D. P. Kingma, M. Welling. An Introduction to Variational Autoencoders. 2019.",
        {"posterior": "full"},
    ),
    "hyperspherical-vae": Recipe(
        VAE,
        "Directions instead of positions: a code without a centre.",
        "T. R. Davidson, L. Falorsi, N. De Cao, T. Kipf, J. M. Tomczak. Hyperspherical "
        "Variational Auto-Encoders. 2018.",
        {"n_components": 3, "posterior": "von-mises-fisher"},
    ),
    "iaf-vae": Recipe(
        VAE,
        "A posterior of any shape, quick to draw from.",
        "D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive Flow. "
        "2016.",
        {"posterior": "inverse-autoregressive"},
    ),
    "info-vae": Recipe(
        VAE,
        "Codes that say more of each example, and still follow the prior as a whole.",
        "S. Zhao, J. Song, S. Ermon. InfoVAE: Balancing Learning and Inference in Variational "
        "Autoencoders. 2019.",
        {"beta": 0.1, "penalty": "mmd", "penalty_weight": 100.0},
    ),
    "iwae": Recipe(
        VAE,
        "A tighter bound on the likelihood, at the price of more draws.",
        "Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.",
        {"objective": "iwae", "n_samples": 5},
    ),
    "ladder-vae": Recipe(
        HierarchicalVAE,
        "Codes in layers, from the coarse to the fine.",
        "C. K. Sønderby, T. Raiko, L. Maaløe, S. K. Sønderby, O. Winther. Ladder Variational "
        "Autoencoders. 2016.",
        {"ladder": True, "beta": Linear(0.0, 1.0, 5_000)},
    ),
    "linear-vae": Recipe(
        VAE,
        "Probabilistic principal component analysis by gradient descent.",
        "J. Lucas, G. Tucker, R. Grosse, M. Norouzi. Don't Blame the ELBO! A Linear VAE "
        "Perspective on Posterior Collapse. 2019.",
        {"hidden_layer_sizes": (), "likelihood": "normal"},
    ),
    "m2": Recipe(
        SemiSupervisedVAE,
        "Labels for a few examples only: a classifier that learns from all.",
        "D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling. Semi-Supervised Learning with "
        "Deep Generative Models. 2014.",
    ),
    "miwae": Recipe(
        VAE,
        "Several tighter bounds at once: between a good decoder and a good encoder.",
        "T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018.",
        {"objective": "miwae"},
    ),
    "mixture-vae": Recipe(
        VAE,
        "Codes in several clusters.",
        "N. Dilokthanakul et al. Deep Unsupervised Clustering With Gaussian Mixture "
        "Variational Autoencoders. 2016.",
        {"prior": "mixture"},
    ),
    "piwae": Recipe(
        VAE,
        "The decoder by the tightest bound, the encoder by several looser ones.",
        "T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018.",
        {"objective": "piwae"},
    ),
    "renyi-vae": Recipe(
        VAE,
        "A bound between the evidence lower bound and the tighter one.",
        "Y. Li, R. E. Turner. Rényi Divergence Variational Inference. 2016.",
        {"objective": "renyi"},
    ),
    "robust-vae": Recipe(
        VAE,
        "Real-valued data with outliers.",
        "H. Takahashi, T. Iwata, Y. Yamanaka, M. Yamada, S. Yagi. Student-t Variational "
        "Autoencoder for Robust Density Estimation. 2018.",
        {"likelihood": "student-t"},
    ),
    "sigma-vae": Recipe(
        VAE,
        "Real-valued data whose noise level nobody knows.",
        "O. Rybkin, K. Daniilidis, S. Levine. Simple and Effective VAE Training with Calibrated "
        "Decoders. 2021.",
        {"likelihood": "normal"},
    ),
    "two-layer-vae": Recipe(
        HierarchicalVAE,
        "Codes in layers, inferred from the data upwards.",
        "Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.",
    ),
    "vae": Recipe(
        VAE,
        "Generate, score and map data; the place to start.",
        "D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.",
    ),
    "vamp-vae": Recipe(
        VAE,
        "A prior that learns where the codes lie, so that samples are better.",
        "J. M. Tomczak, M. Welling. VAE With a VampPrior. 2018.",
        {"prior": "vamp"},
    ),
    "wae-mmd": Recipe(
        VAE,
        "Sharp reconstructions without noise in the code, and a prior to sample from.",
        "I. Tolstikhin, O. Bousquet, S. Gelly, B. Schölkopf. Wasserstein Auto-Encoders. 2018.",
        {
            "posterior": "delta",
            "objective": "reconstruction",
            "penalty": "mmd",
            "penalty_weight": 100.0,
        },
    ),
    "wake-sleep": Recipe(
        VAE,
        "An encoder that learns from the model's own dreams.",
        "G. E. Hinton, P. Dayan, B. J. Frey, R. M. Neal. The Wake-Sleep Algorithm for "
        "Unsupervised Neural Networks. 1995.",
        {"objective": "wake-sleep"},
    ),
}
