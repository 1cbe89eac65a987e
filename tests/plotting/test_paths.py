"""Paths start and end where they should, and keep between them what their names promise."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from latentia.plotting import along_dimensions, paths, walks

RNG = np.random.default_rng(0)
START, END = RNG.normal(size=(2, 6))


@pytest.mark.parametrize("name", paths)
def test_the_ends_are_exact(name):
    path = paths[name](START, END, 7)
    assert path.shape == (7, 6)
    np.testing.assert_array_equal(path[[0, -1]], [START, END])


@pytest.mark.parametrize("name", paths)
def test_the_way_back_is_the_same_way(name):
    there, back = paths[name](START, END, 7), paths[name](END, START, 7)
    np.testing.assert_allclose(there, back[::-1], atol=1e-12)


def test_an_arc_keeps_the_norm_and_its_pace_and_a_line_does_not():
    end = END * np.linalg.norm(START) / np.linalg.norm(END)
    arc, line = paths["spherical"](START, end, 9), paths["linear"](START, end, 9)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), np.linalg.norm(START), rtol=1e-12)
    assert np.linalg.norm(line[4]) < 0.95 * np.linalg.norm(START)
    steps = np.linalg.norm(np.diff(arc, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_norms_of_an_arc_change_evenly():
    norms = np.linalg.norm(paths["spherical"](START, 3 * END, 5), axis=1)
    np.testing.assert_allclose(norms, np.linspace(norms[0], norms[-1], 5))


def test_an_arc_in_one_direction_is_a_line():
    for end in (2 * START, START, START * (1 + 1e-9), np.zeros(6)):
        arc, line = paths["spherical"](START, end, 5), paths["linear"](START, end, 5)
        np.testing.assert_allclose(arc, line, atol=1e-8)


def test_a_path_by_quantiles_is_a_line_in_probability():
    path = paths["prior"](START, END, 6)
    shares = Normal(0.0, 1.0).cdf(torch.tensor(path)).numpy()
    np.testing.assert_allclose(np.diff(shares, 2, axis=0), 0, atol=1e-12)


def test_a_path_by_quantiles_is_the_line_where_the_prior_is_flat():
    # Close to the middle of a normal distribution its density is constant.
    start, end = 1e-3 * START, 1e-3 * END
    np.testing.assert_allclose(
        paths["prior"](start, end, 5), paths["linear"](start, end, 5), atol=1e-8
    )
    assert np.abs(paths["prior"](START, END, 5) - paths["linear"](START, END, 5)).max() > 0.01


def test_a_path_by_quantiles_between_far_codes_is_finite_and_rises():
    path = paths["prior"]([-12.0, 9.0], [12.0, 30.0], 8)
    assert np.isfinite(path).all() and (np.diff(path, axis=0) > 0).all()


def test_paths_are_walked_in_units_of_the_prior():
    loc, scale = RNG.normal(size=6), RNG.uniform(1, 3, 6)
    for name, path in paths.items():
        expected = loc + scale * path(START, END, 5)
        found = walks(loc + scale * START, loc + scale * END, 5, path=name, loc=loc, scale=scale)
        np.testing.assert_allclose(found[name], expected, atol=1e-12)


def test_one_dimension_moves_and_the_others_stay():
    codes = along_dimensions(START, [4, 1], [[0.0, 1.0], [2.0, 3.0]])
    assert codes.shape == (2, 2, 6)
    np.testing.assert_array_equal(codes[0, :, 4], [0, 1])
    np.testing.assert_array_equal(codes[1, :, 1], [2, 3])
    np.testing.assert_array_equal(np.delete(codes[0], 4, axis=1), [np.delete(START, 4)] * 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paths["spherical"]([1.0, 0.0], [-2.0, 0.0], 3), "opposite directions"),
        (lambda: paths["linear"]([1.0], [1.0, 2.0], 3), r"shapes \(1,\) and \(2,\)"),
        (lambda: paths["linear"]([1.0], [2.0], 1), "n=1 must be at least 2"),
        (lambda: paths["prior"]([np.nan], [2.0], 3), "start must be one code, finite"),
        (lambda: along_dimensions([1.0, 2.0], [2], [0.0]), r"dimensions=\[2\] must be"),
        (lambda: along_dimensions([1.0, 2.0], [0], [[0.0], [1.0]]), r"values must have shape"),
        (lambda: walks([1.0], [2.0], 3, path="liner"), "did you mean 'linear'"),
        (lambda: walks([1.0], [2.0], 3, path=()), "at least one path"),
        (lambda: walks([1.0], [2.0], 3, loc=[0.0, 1.0]), "loc must be one finite number"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
