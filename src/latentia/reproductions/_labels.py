"""Few labels: a network that was pre-trained without them, beside others that were not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
from torch import Tensor, nn

from latentia.corruptions import Masking
from latentia.estimators import Autoencoder, StackedAutoencoder
from latentia.reproductions._data import Digits
from latentia.reproductions._target import Quantity, Target
from latentia.training import seeded

_SIZES = (500, 500, 500)
_STEPS = 2000
_BATCH = 20
_RATE = 1e-3
_OTHER_RATES = (3e-4, _RATE, 3e-3)

_Start = Callable[[Tensor], object]

#: Where weights are drawn from; biases are zero. The usual rules, and one made for sigmoid units.
_USUAL: tuple[_Start, ...] = (
    partial(nn.init.kaiming_uniform_, a=5**0.5),
    nn.init.xavier_uniform_,
)
_LARGE: tuple[_Start, ...] = (partial(nn.init.xavier_uniform_, gain=4),)


def few_labels(digits: Digits, *n_labels: int) -> tuple[float, ...]:
    """Return, for each number of labels, three errors and two ratios.

    The pre-trained network has one setting; the others have the best of several, judged by the
    test digits themselves, and so all the luck.
    """
    pretrained = _stack(digits.train, max_iter=5)
    usual, large = ([_drawn(digits.train, start) for start in group] for group in (_USUAL, _LARGE))
    measured: list[float] = []
    for n in n_labels:
        ours = _error(digits, n, pretrained, _RATE)
        others = [
            min(_error(digits, n, *setting) for setting in product(group, _OTHER_RATES))
            for group in (usual, large)
        ]
        measured.extend((ours, *others, *(ours / other for other in others)))
    return tuple(measured)


def _stack(X: np.ndarray, max_iter: int, verbose: bool = True) -> StackedAutoencoder:
    layer = Autoencoder(
        code="sigmoid",
        tied=True,
        corruption=Masking(0.5),
        max_iter=max_iter,
        learning_rate=3e-3,
        learning_rate_schedule="one-cycle",
    )
    return StackedAutoencoder(
        _SIZES, of=layer, likelihood="bernoulli", fine_tune=False, random_state=0, verbose=verbose
    ).fit(X)


def _drawn(X: np.ndarray, start: _Start) -> StackedAutoencoder:
    # What little these layers learn is overwritten.
    model = _stack(X[:_BATCH], max_iter=1, verbose=False)
    with seeded(0):
        for module in model.encoder_.modules():
            if isinstance(module, nn.Linear):
                start(module.weight)
                nn.init.zeros_(module.bias)
    return model


def _error(digits: Digits, n: int, model: StackedAutoencoder, rate: float) -> float:
    rows = digits.balanced(n)
    classifier = model.transfer(
        freeze=False,
        max_iter=_STEPS * _BATCH // n,
        batch_size=_BATCH,
        learning_rate=rate,
        random_state=0,
        verbose=False,
    )
    return digits.test_error(classifier.fit(digits.train[rows], digits.y_train[rows]))


def _quantities(n: int, most: float) -> tuple[Quantity, ...]:
    return (
        Quantity(f"test error, {n} labels, pre-trained, %", None),
        Quantity(f"test error, {n} labels, usual start, %", None),
        Quantity(f"test error, {n} labels, large start, %", None),
        Quantity(f"{n} labels, pre-trained over usual start", None, (0.0, most)),
        Quantity(f"{n} labels, pre-trained over large start", None, (0.0, 1.0)),
    )


labels: dict[str, Target] = {
    "few-labels": Target(
        "MNIST, 784-500-500-500-10, sigmoid; layers trained to undo masking of 0.5, tied, 5 passes "
        "over all digits, Adam to 3e-3 (one cycle), then 2,000 steps with 100 or 1,000 labels, "
        "batches of 20, Adam 1e-3; others start at random, the best of three rates: usual is "
        "uniform with variance 1 / (3 n_in) or 2 / (n_in + n_out), large 16 times the latter",
        "Y. Bengio, P. Lamblin, D. Popovici, H. Larochelle. Greedy Layer-Wise Training of Deep "
        "Networks. 2007. D. Erhan et al. Why Does Unsupervised Pre-training Help Deep Learning? "
        "2010.",
        (*_quantities(100, most=0.8), *_quantities(1000, most=1.0)),
        lambda digits: few_labels(digits, 100, 1000),
        needs_mnist=True,
        minutes=7,
        last="0.728, two CPU cores, 2026-11-21",
    ),
}
