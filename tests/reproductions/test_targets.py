"""What every target says of itself, and the data that is made here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentia.reproductions import targets
from latentia.reproductions._data import Digits, odds_wbc
from latentia.reproductions._gated import Gated
from latentia.reproductions._labels import _LARGE, _USUAL, _drawn
from latentia.reproductions._refined import RefiningDecoder


@pytest.mark.parametrize("name", targets)
def test_each_published_number_lies_in_its_gate(name):
    for quantity in targets[name].quantities:
        if quantity.gate is None:
            continue  # reported, and no more
        low, high = quantity.gate
        assert low < high
        assert quantity.published is None or low <= quantity.published <= high


@pytest.mark.parametrize("name", targets)
def test_some_number_of_each_target_can_fail(name):
    gated = [quantity for quantity in targets[name].quantities if quantity.gate]
    assert gated
    # A share or a percentage is never outside these, but a ratio may be.
    for quantity in gated:
        everything = quantity.gate in {(0.0, 1.0), (0.0, 100.0), (0.0, 200.0)}
        assert not everything or " over " in quantity.what or quantity.what.startswith("over ")


@pytest.mark.parametrize("name", targets)
def test_each_target_says_where_from_and_what_alone(name):
    target = targets[name]
    assert target.reference.rstrip(".")[-4:].isdigit()
    whats = [quantity.what for quantity in target.quantities]
    assert whats and len(set(whats)) == len(whats)
    assert target.settings and target.minutes > 0


def test_outliers_are_the_few_malignant_rows():
    X, is_outlier = odds_wbc()
    assert X.shape == (378, 30)
    assert is_outlier.sum() == 21
    # Malignant cells are larger, in the mean radius of a nucleus too.
    assert X[is_outlier, 0].mean() > X[~is_outlier, 0].mean() + 2
    assert len(np.unique(X, axis=0)) == 377


def test_few_labels_are_as_many_of_each_class():
    y = np.arange(1000) ** 2 % 7
    classes = len(np.unique(y))
    digits = Digits(y, y, y, y)
    rows = digits.balanced(5 * classes)
    assert len(np.unique(rows)) == 5 * classes
    assert set(np.unique(y[rows], return_counts=True)[1]) == {5}
    assert set(rows) < set(digits.balanced(10 * classes))


@pytest.mark.parametrize("out_shape", [(28, 28), (1, 28, 28), (3, 12, 20)])
def test_the_refining_decoder_keeps_leading_dimensions(out_shape):
    torch.manual_seed(0)
    decoder = RefiningDecoder((5,), out_shape, (8, 4))
    z = torch.randn(2, 3, 5)
    images = decoder(z)
    assert images.shape == (2, 3, np.prod(out_shape))
    assert torch.allclose(images[1, 2], decoder(z[1, 2:])[0], atol=1e-6)


def test_gated_layers_multiply_and_refuse_what_they_do_not_have():
    torch.manual_seed(0)
    net = Gated((2, 3), 4, (5,))
    x = torch.randn(7, 2, 3)
    (hidden, _), last = net.layers[0], net.layers[1]
    value, gate = hidden(x.flatten(1)).chunk(2, dim=1)
    assert torch.allclose(net(x), last(value * gate.sigmoid()))
    for given in ({"context": 3}, {"activation": "tanh"}, {"layer_norm": True}, {"dropout": 0.1}):
        with pytest.raises(ValueError, match="gated layers have none"):
            Gated(6, 4, (5,), **given)


@pytest.mark.parametrize(
    ("start", "variance"),
    [
        (_USUAL[0], lambda n_in, n_out: 1 / (3 * n_in)),
        (_USUAL[1], lambda n_in, n_out: 2 / (n_in + n_out)),
        (_LARGE[0], lambda n_in, n_out: 32 / (n_in + n_out)),
    ],
    ids=["usual", "usual, by both sides", "large"],
)
def test_a_random_start_is_what_the_settings_say(start, variance):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    encoder = _drawn(pixels, start).encoder_
    affine = [module for module in encoder.modules() if isinstance(module, torch.nn.Linear)]
    assert [layer.in_features for layer in affine] == [784, 500, 500]
    for layer in affine:
        expected = variance(layer.in_features, layer.out_features)
        # A quarter of a million draws: the standard error of a variance is 0.2 percent of it.
        assert layer.weight.var().item() == pytest.approx(expected, rel=0.02)
        assert not layer.bias.any()
