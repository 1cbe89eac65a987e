"""A healthy model has no finding, whatever the seed."""

import pytest

from latentia import VAE, Autoencoder, data
from latentia.diagnosis import diagnose, measure

SMALL = {"hidden_layer_sizes": (64,), "learning_rate": 3e-3, "verbose": False}
DIGITS = data.load("digits").X
IRIS = data.load("iris").X
CASES = {
    "a VAE of digits": (VAE(4, max_iter=50, **SMALL), DIGITS[::2], DIGITS[1::2]),
    "an autoencoder of digits": (Autoencoder(4, max_iter=50, **SMALL), DIGITS[::2], DIGITS[1::2]),
    "a VAE of iris": (VAE(2, max_iter=250, **SMALL), IRIS, None),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_a_healthy_model_has_no_finding(name, seed):
    model, train, held_out = CASES[name]
    model.set_params(random_state=seed).fit(train)
    assert diagnose(measure(model, train, held_out=held_out)) == []
