"""Traversals and interpolations show exactly what the decoder makes of the codes."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from torch.distributions import Normal

from latentia import VAE, evaluation
from latentia.plotting import along_dimensions, interpolation, mosaic, traversals, walks

DIGITS = load_digits().images[:300]
IRIS = load_iris().data


@pytest.fixture(scope="module")
def vae():
    return VAE(n_components=3, max_iter=3, random_state=0, verbose=False).fit(DIGITS)


@pytest.fixture(scope="module")
def flowers():
    return VAE(n_components=2, max_iter=30, random_state=0, verbose=False).fit(IRIS)


def canvas(figure):
    return np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)


def test_images_are_those_of_inverse_transform_in_order_of_kl(vae):
    kl = evaluation.code(vae, DIGITS).kl_per_dimension
    center, loc, scale = vae.transform(DIGITS[:1])[0], np.array([1.0, 0, 0]), np.array([2.0, 1, 1])
    figure = traversals(vae.inverse_transform, center, n=5, loc=loc, scale=scale, importance=kl)
    order = np.argsort(-kl)
    z = Normal(0.0, 1.0).icdf(torch.linspace(0.02, 0.98, 5)).numpy()
    values = loc[order, None] + scale[order, None] * z
    codes = along_dimensions(center, order, values).reshape(-1, 3)
    expected = mosaic(vae.inverse_transform(codes.astype(np.float32)), 5)
    np.testing.assert_allclose(canvas(figure), expected, rtol=1e-4, atol=1e-4)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == [f"$z_{{{j + 1}}}$  {kl[j]:.2f} nats" for j in order]


def test_features_of_a_table_move_in_standard_deviations(flowers):
    spread = IRIS.std(axis=0)
    names = load_iris().feature_names
    figure = traversals(flowers.inverse_transform, [0.0, 0.0], n=3, spread=spread, names=names)
    z = Normal(0.0, 1.0).icdf(torch.tensor([0.02, 0.5, 0.98])).numpy()
    for j, ax in enumerate(figure.axes[:2]):
        decoded = flowers.inverse_transform(along_dimensions([0.0, 0.0], [j], z)[0])
        expected = (decoded - decoded[1]) / spread
        np.testing.assert_allclose(ax.images[0].get_array(), expected.T, atol=1e-5)
        assert ax.images[0].norm.vmin == -ax.images[0].norm.vmax
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == names


def test_an_unused_dimension_changes_nothing():
    figure = traversals(lambda z: z[:, :1] * np.ones((1, 3)), [0.0, 0.0])
    used, unused = (ax.images[0].get_array() for ax in figure.axes[:2])
    assert np.ptp(used) > 1 and np.ptp(unused) == 0


def test_an_interpolation_decodes_every_path_between_its_examples(vae):
    ends = vae.transform(DIGITS[:2])
    names = ["linear", "spherical", "prior"]
    figure = interpolation(vae.inverse_transform, *ends, n=4, path=names, examples=DIGITS[:2])
    rows = []
    for codes in walks(*ends, 4, path=names).values():
        decoded = vae.inverse_transform(codes.astype(np.float32))
        rows += [DIGITS[:1], decoded, DIGITS[1:2]]
    np.testing.assert_allclose(
        canvas(figure), mosaic(np.concatenate(rows), 6), rtol=1e-5, atol=1e-5
    )
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == names


def test_a_table_has_a_line_for_each_path(flowers):
    ends = flowers.transform(IRIS[[0, 100]])
    figure = interpolation(
        flowers.inverse_transform, *ends, n=4, path=("linear", "prior"), examples=IRIS[[0, 100]]
    )
    walked = walks(*ends, 4, path=("linear", "prior"))
    for j, ax in enumerate(figure.axes):
        straight, by_prior, examples = ax.lines
        for line, codes in ((straight, walked["linear"]), (by_prior, walked["prior"])):
            decoded = flowers.inverse_transform(codes.astype(np.float32))[:, j]
            np.testing.assert_allclose(line.get_ydata(), decoded, rtol=1e-5)
        np.testing.assert_array_equal(examples.get_ydata(), IRIS[[0, 100], j])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"center": [[0.0]]}, "center must be one code"),
        ({"n": 1}, "n=1"),
        ({"quantiles": (0.9, 0.1)}, "quantiles="),
        ({"importance": [1.0]}, "importance must be one finite number or 2"),
        ({"decode": lambda z: z[:1]}, "one example for each of 18 codes"),
        ({"spread": [1.0]}, "Features and spread"),
        ({"names": ["a"]}, "names has 1 entries"),
    ],
)
def test_traversals_refuse(arguments, message):
    with pytest.raises(ValueError, match=message):
        traversals(**{"decode": lambda z: z, "center": [0.0, 1.0], **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "arc"}, "path='arc' is unknown"),
        ({"examples": [[0.0], [1.0]]}, "Two decoded codes and examples"),
        ({"decode": lambda z: z[0]}, "one example for each of 9 codes"),
    ],
)
def test_interpolation_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        interpolation(
            **{"decode": lambda z: z, "start": [0.0, 1.0], "end": [1.0, 1.0], **arguments}
        )
