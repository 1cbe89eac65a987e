"""One way in: a name, a path, or what is in memory."""

import numpy as np
import pytest
import torch

from latentia.data import load


def test_a_built_in_name_wins_over_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.eye(3))
    (tmp_path / "iris").mkdir()
    assert load("iris").name == "iris"
    assert load("x.npy").name == "x.npy"
    with pytest.raises(ValueError, match="no image"):
        load("./iris")


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(ValueError, match=r"data='rng' is neither .* path; did you mean 'ring'"):
        load("rng")
    with pytest.raises(ValueError, match=r"neither a built-in set nor an existing path"):
        load("/no/such/file.csv")


def test_unknown_suffix_lists_the_known(tmp_path):
    (tmp_path / "x.txt").write_text("1")
    with pytest.raises(
        ValueError, match=r"suffix '.txt' is unknown; .* \.csv, \.feather, \.npy, \.npz, \.par"
    ):
        load(tmp_path / "x.txt")


def test_memory_is_passed_through_uncopied():
    X = np.eye(3)
    assert load(X).X is X
    tensor = torch.zeros(3, 2, requires_grad=True)
    assert np.shares_memory(load(tensor).X, tensor.detach().numpy())
    assert load(torch.ones(3, 2, dtype=torch.bfloat16)).X.tolist() == np.ones((3, 2)).tolist()
    data = load("iris")
    assert load(data).X is data.X
    assert len(load(data, n=7, y=np.zeros(150)).y) == 7
    assert load([[1, 2], [3, 4]]).X.tolist() == [[1, 2], [3, 4]]


def test_float64_stays():
    assert load(np.eye(3)).schema.dtype == "float64"


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        ("iris", {"y": "species"}, "iris: the set is built in, so y="),
        ("ring", {"x": "x"}, "ring: the set is built in, so x="),
        (np.eye(3), {"x": "x"}, "so x= has no use"),
        (np.eye(3), {"y": "y"}, "so y= has no use"),
    ],
)
def test_refuses_names_where_nothing_has_one(spec, arguments, message):
    with pytest.raises(ValueError, match=message):
        load(spec, **arguments)


@pytest.mark.parametrize("spec", ["iris", "ring", np.eye(3)])
@pytest.mark.parametrize("n", [0, -3, 2.5])
def test_refuses_a_number_of_examples_that_is_none(spec, n):
    with pytest.raises(ValueError, match=f"n={n}"):
        load(spec, n=n)


def test_the_seed_matters_to_generated_sets_only():
    assert not np.array_equal(load("ring", seed=0).X, load("ring", seed=1).X)
    np.testing.assert_array_equal(load("iris", seed=0).X, load("iris", seed=1).X)
