"""What was published, how it is measured here, and how near is near enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from latentia.reproductions._runs import (
    first_vae,
    linear_autoencoder,
    linear_vae,
    linear_vae_score,
    sklearn_cancer,
    sklearn_digits,
)


@dataclass(frozen=True)
class Target:
    """A published number and the run that measures it again.

    Parameters
    ----------
    what : str
        The quantity, with its unit.
    settings : str
        Data, model and training in one line.
    reference : str
        Authors, title, year.
    published : float
        The number.
    gate : (float, float)
        Lowest and highest value that passes.
    run : callable
        Measures it; takes the MNIST digits, or nothing.
    needs_mnist : bool, default=False
        Whether ``run`` takes the MNIST digits.
    minutes : float, default=1.0
        About how long it takes on two CPU cores.
    """

    what: str
    settings: str
    reference: str
    published: float
    gate: tuple[float, float]
    run: Callable[..., float]
    needs_mnist: bool = False
    minutes: float = 1.0


_PPCA = "M. E. Tipping, C. M. Bishop. Probabilistic Principal Component Analysis. 1999."
_LINEAR = "a linear VAE with one learned scale, float64, 4,000 passes, cosine rate from 0.02"


targets: dict[str, Target] = {
    "first-vae": Target(
        "negative ELBO of the 10,000 test digits, nats",
        "grey MNIST, 784-400-20, ReLU, Bernoulli, Adam 1e-3, batches of 128, 10 passes",
        "The VAE example of PyTorch, after D. P. Kingma, M. Welling. Auto-Encoding Variational "
        "Bayes. 2013.",
        105.59,
        (104.89, 106.29),
        first_vae,
        needs_mnist=True,
    ),
    "linear-autoencoder": Target(
        "mean squared error of a test pixel in [0, 1]",
        "MNIST, 784-32-784 affine, batches of 256, Adam 1e-3 to 0 (cosine), 20 passes; published "
        "is the floor of 32 principal components",
        "P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989.",
        0.01683,
        (0.01682, 1.005 * 0.01683),
        linear_autoencoder,
        needs_mnist=True,
    ),
    "linear-vae-cancer": Target(
        "ELBO of the training data, nats",
        f"breast cancer, standardised, 5 codes, {_LINEAR}",
        _PPCA,
        -24.6251,
        (-24.6451, -24.6051),
        lambda: linear_vae(sklearn_cancer(), 5),
        minutes=0.3,
    ),
    "linear-vae-digits": Target(
        "ELBO of the training data, nats",
        f"8 x 8 digits / 16, 10 codes, {_LINEAR}",
        _PPCA,
        17.4519,
        (17.4319, 17.4719),
        lambda: linear_vae(sklearn_digits(), 10),
    ),
    "linear-vae-score": Target(
        "log p(x) of the training data by importance sampling, nats",
        f"8 x 8 digits / 16, 10 codes, {_LINEAR}; 100 draws, 1,797 examples",
        _PPCA,
        17.4519,
        (17.4419, 17.4619),
        lambda: linear_vae_score(sklearn_digits(), 10),
    ),
}
