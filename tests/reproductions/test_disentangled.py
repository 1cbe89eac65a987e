"""A price on dependence finds the factors that a plain VAE mixes."""

import numpy as np
import pytest

from latentia import VAE
from latentia.evaluation import mig
from latentia.reproductions._disentangled import ellipses

RNG = np.random.default_rng(0)
FACTORS = RNG.integers(10, size=(500, 2))
#: A square turned into a plane of eight dimensions: no direction has more variance than another.
SQUARE = (FACTORS - 4.5) / 2.87 @ np.linalg.qr(RNG.normal(size=(8, 8)))[0][:2]


# Of these seeds the plain one has 0.08, 0.02 and, by luck, 0.77; the other has 0.90 at least.
@pytest.mark.parametrize("seed", range(3))
def test_independent_codes_are_the_sides_of_a_turned_square(seed):
    def gap(**price):
        model = VAE(
            2,
            hidden_layer_sizes=(32,),
            likelihood="normal",
            scaling="none",
            batch_size=100,
            learning_rate=1e-2,
            max_iter=100,
            random_state=seed,
            verbose=False,
            **price,
        )
        return mig(model.fit(SQUARE).transform(SQUARE), FACTORS)

    assert gap(penalty="total-correlation", penalty_weight=20.0) > max(0.8, gap() + 0.05)


def test_ellipses_differ_in_three_factors_alone():
    images, factors = ellipses()
    assert images.shape == (1536, 32, 32) and len(np.unique(factors, axis=0)) == 1536
    area = images.astype(float).sum(axis=(1, 2))
    sizes = [area[factors[:, 0] == size].mean() for size in range(6)]
    assert np.all(np.diff(sizes) > 0)
    rows, columns = np.indices((32, 32))
    for factor, place in ((1, columns), (2, rows)):
        centre = (images * place).sum(axis=(1, 2)) / area
        assert np.corrcoef(centre, factors[:, factor])[0, 1] > 0.99
