"""Scalings invert, know their Jacobian, and are chosen by what the data is."""

import numpy as np
import pytest
import torch

from latentia import _blocks as blocks_module
from latentia.data import Affine, load, scalings
from latentia.data._moments import Moments

RNG = np.random.default_rng(0)
ARRAYS = {
    "table": RNG.normal(3, 5, (50, 4)),
    "grey": RNG.uniform(0, 9, (50, 4, 3)),
    "colour": RNG.integers(0, 256, (50, 3, 4, 2), dtype=np.uint8),
}
each_rule = pytest.mark.parametrize("rule", list(scalings))
each_array = pytest.mark.parametrize("X", ARRAYS.values(), ids=list(ARRAYS))


def test_names_are_sorted():
    assert list(scalings) == sorted(scalings)


@each_rule
@each_array
def test_inverse(rule, X):
    scaling = scalings[rule](X)
    x = torch.as_tensor(X)
    torch.testing.assert_close(scaling.inverse(scaling(x)), x.float(), atol=1e-4, rtol=1e-5)


@each_rule
@each_array
def test_log_abs_det_is_that_of_the_jacobian(rule, X):
    scaling = scalings[rule](X).double()
    x = torch.as_tensor(X[0]).double()
    jacobian = torch.autograd.functional.jacobian(scaling, x).reshape(x.numel(), x.numel())
    expected = torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(scaling.log_abs_det(), expected)


@each_array
def test_state_round_trip(X):
    scaling = scalings["minmax"](X)
    other = scalings["minmax"](X * 0 + 1)
    other.load_state_dict(scaling.state_dict())
    x = torch.as_tensor(X)
    assert torch.equal(other(x), scaling(x))


def test_standard_tables_have_mean_0_and_spread_1_in_every_column():
    X = np.column_stack([ARRAYS["table"], np.full(50, 7.0)])
    scaling = scalings["standard"](X)
    u = scaling(torch.as_tensor(X)).numpy()
    np.testing.assert_allclose(u.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(u.std(axis=0), [1, 1, 1, 1, 0], atol=1e-6)
    assert scaling.n_constant == 1


def test_standard_images_have_one_mean_and_spread():
    scaling = scalings["standard"](ARRAYS["grey"])
    assert scaling.scale.shape == ()
    u = scaling(torch.as_tensor(ARRAYS["grey"])).numpy()
    assert u.mean() == pytest.approx(0, abs=1e-6)
    assert u.std() == pytest.approx(1, abs=1e-6)


def test_minmax_fills_the_unit_interval():
    X = np.column_stack([ARRAYS["table"], np.full(50, 7.0)])
    u = scalings["minmax"](X)(torch.as_tensor(X)).numpy()
    np.testing.assert_allclose(u.min(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(u.max(axis=0), [1, 1, 1, 1, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("X", "rule"),
    [
        (np.array([[0, 255], [3, 4]], np.uint8), "unit"),
        (RNG.integers(0, 200, (9, 4, 4)).astype(np.float32), "unit"),
        (RNG.integers(0, 200, (9, 4, 4)) + 0.5, "max"),
        (RNG.integers(0, 60_000, (9, 4, 4)), "max"),
        (RNG.integers(0, 2, (9, 4), dtype=np.uint8), "none"),
        (RNG.uniform(size=(9, 4, 4)), "none"),
        (RNG.normal(size=(9, 4, 4)), "standard"),
        (RNG.integers(0, 200, (9, 4)), "standard"),
        (np.zeros((9, 4)), "none"),
        (load("digits").X.reshape(-1, 64) / 16, "none"),
        (1e-3 * RNG.uniform(size=(9, 4)), "standard"),
        (np.array([[0.0, 0.5], [0.2, 0.3]]), "none"),
        (np.array([[0.0, 0.49], [0.2, 0.3]]), "standard"),
        (np.array([[0.1, 1.0], [0.2, 0.3]]), "standard"),
    ],
)
def test_auto(X, rule):
    assert scalings["auto"](X).rule == rule


def test_auto_brings_digits_to_the_unit_interval():
    data = load("digits")
    scaling = scalings["auto"](data.X)
    assert (scaling.rule, float(scaling.scale)) == ("max", 16.0)
    assert scaling.n_constant == 3


def test_moments_do_not_depend_on_the_blocks(monkeypatch):
    X = 1e6 + RNG.normal(size=(1000, 3))
    monkeypatch.setattr(
        "latentia.data._moments.blocks", lambda X, values=100: blocks_module.blocks(X, 100)
    )
    moments = Moments.of(X)
    np.testing.assert_allclose(moments.mean, X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(moments.variance, X.var(axis=0), rtol=1e-9)
    np.testing.assert_array_equal(moments.minimum, X.min(axis=0))


def test_a_spread_too_small_for_float32_counts_as_none():
    X = np.array([[0.0], [1e-60]])
    assert float(scalings["standard"](X).scale) == 1


@pytest.mark.parametrize("rule", ["minmax", "standard"])
@pytest.mark.parametrize("value", [0.1, 1e9 / 3, -7.3e-5])
def test_rounding_is_no_spread(rule, value):
    ulp = abs(value) * np.finfo(np.float32).eps / 2
    columns = [np.full(999, value), value + ulp * RNG.integers(0, 2, 999), RNG.normal(size=999)]
    scaling = scalings[rule](np.column_stack(columns))
    assert scaling.scale[:2].tolist() == [1, 1]
    assert scaling.scale[2] != 1
    assert scaling.n_constant == 2


def test_rounding_is_no_spread_in_images():
    assert float(scalings["standard"](np.full((999, 3, 3), 0.1)).scale) == 1


@pytest.mark.parametrize("rule", ["minmax", "standard"])
@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.int32, np.uint32])
def test_a_large_offset_costs_no_digits(rule, dtype):
    seconds = RNG.integers(0, 3600, (500, 1))
    X = (1_700_000_000 + seconds).astype(dtype)
    scaling = scalings[rule](X)
    u = scaling(torch.as_tensor(X))
    steps = (u - u[0]) * scaling.scale
    assert u.dtype == scaling.scale.dtype
    np.testing.assert_allclose(steps.numpy(), seconds - seconds[0], atol=1e-2)


def test_leading_dimensions_are_kept():
    scaling = scalings["standard"](ARRAYS["table"])
    assert scaling(torch.zeros(2, 3, 4)).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("shift", "scale", "message"),
    [
        (0.0, 0.0, "scale holds a 0"),
        (0.0, [1.0, float("nan"), 1.0], "scale holds a value that is not finite"),
        (float("inf"), 1.0, "shift holds a value"),
        (
            [1.0, 2.0],
            1.0,
            r"shift has shape \(2,\), which does not broadcast to event_shape=\(3,\)",
        ),
        (0.0, [[1.0], [2.0]], r"scale has shape \(2, 1\)"),
    ],
)
def test_refusals(shift, scale, message):
    with pytest.raises(ValueError, match=message):
        Affine(shift, scale, (3,))
