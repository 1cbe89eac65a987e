"""Principal components, and the linear models that find them or come near."""

from __future__ import annotations

from sklearn.decomposition import PCA

from latentia.estimators import Autoencoder
from latentia.evaluation import decoded_directions, pca_floor, principal_angles
from latentia.reproductions._data import Digits, sklearn_digits
from latentia.reproductions._pixels import mse, pixel_errors, sse
from latentia.reproductions._target import Quantity, Target


def pca(digits: Digits) -> tuple[float, ...]:
    """Return the test error of an image from 30 components."""
    return (pca_floor(digits.train / 255, digits.test / 255, 30, max_examples=None)["sse"],)


def linear_autoencoder(digits: Digits) -> tuple[float, ...]:
    """Return the test error of a pixel."""
    model = Autoencoder(
        32,
        hidden_layer_sizes=(),
        likelihood="normal-unit",
        batch_size=256,
        max_iter=20,
        learning_rate_schedule="cosine",
        random_state=0,
    ).fit(digits.train)
    return (pixel_errors(digits.test, model.reconstruct(digits.test))["mse"],)


def angles(*sizes: int) -> tuple[float, ...]:
    """Return the largest angle between decoder and principal components, for each size of code."""
    X = sklearn_digits()
    models = (
        Autoencoder(
            k,
            hidden_layer_sizes=(),
            likelihood="normal-unit",
            scaling="none",
            optimizer="lbfgs",
            precision="float64",
            max_iter=300,
            random_state=0,
        ).fit(X)
        for k in sizes
    )
    components = (PCA(k).fit(X).components_.T for k in sizes)
    return tuple(
        float(principal_angles(decoded_directions(model), space).max())
        for model, space in zip(models, components, strict=True)
    )


def logistic_pca(digits: Digits) -> tuple[float, ...]:
    """Return the test error of an image."""
    model = Autoencoder(
        30,
        hidden_layer_sizes=(),
        likelihood="bernoulli",
        batch_size=200,
        max_iter=20,
        learning_rate=1e-2,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).fit(digits.train)
    return (pixel_errors(digits.test, model.reconstruct(digits.test))["sse"],)


_SCIENCE = (
    "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks. "
    "2006."
)
_BALDI = "P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989."

linear: dict[str, Target] = {
    "pca": Target(
        "MNIST, 30 principal components of all training digits",
        _SCIENCE,
        (sse(13.87, 13.861, 13.871),),
        pca,
        needs_mnist=True,
        minutes=0.2,
        last="13.8663, two CPU cores, 2026-11-21",
    ),
    "linear-autoencoder": Target(
        "MNIST, 784-32-784 affine, batches of 256, Adam 1e-3 to 0 (cosine), 20 passes; published "
        "is the floor of 32 principal components",
        _BALDI,
        (mse(0.01683, 0.01682, 1.005 * 0.01683),),
        linear_autoencoder,
        needs_mnist=True,
        last="0.0168837, two CPU cores, 2026-11-21",
    ),
    "linear-autoencoder-angles": Target(
        "8 x 8 digits / 16, k affine codes of unit scale, float64, 300 steps of L-BFGS",
        _BALDI,
        tuple(
            Quantity(f"largest angle to {k} principal components, radians", 0.0, (0.0, 1e-2))
            for k in (3, 10)
        ),
        lambda: angles(3, 10),
        minutes=0.2,
        last="0.00012 and 0.0025, two CPU cores, 2026-11-21",
    ),
    "logistic-pca": Target(
        "MNIST, 784-30-784 affine, Bernoulli, batches of 200, Adam to 1e-2 (one cycle), 20 passes",
        _SCIENCE,
        (sse(8.01, 7.6, 8.4),),
        logistic_pca,
        needs_mnist=True,
        last="7.943, two CPU cores, 2026-11-21",
    ),
}
