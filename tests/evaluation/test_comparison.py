"""Classes are found by clusters and by search where codes hold them, and by chance elsewhere."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score

from latentia.evaluation import clustering, comparison, probe, retrieval

RNG = np.random.default_rng(0)
Y = np.repeat([3, 1, 7], [40, 30, 20])
ONE_HOT = (Y[:, None] == [1, 3, 7]).astype(float)
NOISE = RNG.normal(size=(90, 2))


@pytest.mark.parametrize("labels", [Y, Y.astype(float), Y.astype(str)])
def test_the_label_itself_is_found_without_error(labels):
    assert clustering(ONE_HOT, labels) == pytest.approx({"nmi": 1, "ari": 1})
    assert retrieval(ONE_HOT, labels) == pytest.approx({"precision": 1, "map": 1})


def test_noise_is_found_by_chance():
    codes, y = RNG.normal(size=(2000, 2)), np.arange(2000) % 4
    assert max(map(abs, clustering(codes, y).values())) < 0.02
    assert all(abs(share - 0.25) < 0.02 for share in retrieval(codes, y).values())


def test_codes_that_are_all_equal_rank_by_chance_whatever_the_order():
    measured = retrieval(np.zeros((400, 2)), np.repeat([0, 1], 200))
    assert all(abs(share - 0.5) < 0.05 for share in measured.values())


def test_retrieval_is_the_mean_over_queries():
    y = np.arange(90) % 3
    distances = np.linalg.norm(NOISE[:, None] - NOISE, axis=2)
    precisions, averages = [], []
    for i, row in enumerate(distances):
        others = np.delete(np.arange(90), i)
        averages.append(average_precision_score(y[others] == y[i], -row[others]))
        nearest = others[np.argsort(row[others])[:4]]
        precisions.append(np.mean(y[nearest] == y[i]))
    measured = retrieval(NOISE, y, n_neighbors=4)
    assert measured["map"] == pytest.approx(np.mean(averages))
    assert measured["precision"] == pytest.approx(np.mean(precisions))


def test_neither_the_place_nor_one_unit_of_codes_matters(digits):
    codes = PCA(4, random_state=0).fit_transform(digits.X.reshape(-1, 64)[:500])
    y = digits.y[:500]
    assert retrieval(1e3 * codes + 1, y) == pytest.approx(retrieval(codes, y))
    assert clustering(1e3 * codes + 1, y)["ari"] == pytest.approx(clustering(codes, y)["ari"])


def test_codes_are_compared_with_components_and_with_examples(digits):
    x, y = digits.X[:600], digits.y[:600]
    components = PCA(5, random_state=0).fit_transform(x.reshape(600, -1).astype(float))
    measured = comparison(components, y, x)
    assert list(measured) == ["codes", "pca", "raw"]
    for name, value in measured["pca"].items():
        assert measured["codes"][name] == pytest.approx(value, abs=0.02)
    raw = {f"{name}_raw": measured["raw"][name] for name in ("knn", "logistic")}
    codes = {name: measured["codes"][name] for name in ("knn", "logistic")}
    assert codes | raw == pytest.approx(probe(components, y, x))
    assert measured["raw"]["knn"] > measured["pca"]["knn"] > 0.8


def test_codes_wider_than_the_data_are_compared_with_all_components():
    measured = comparison(np.concatenate([ONE_HOT] * 3, axis=1), Y, NOISE)
    assert measured["codes"]["map"] == pytest.approx(1)
    assert measured["pca"]["map"] == pytest.approx(measured["raw"]["map"])


def test_scale_makes_columns_compare():
    x = np.concatenate([5 * ONE_HOT, 1e4 * NOISE], axis=1)
    assert comparison(NOISE, Y, x)["pca"]["knn"] < 0.7
    assert comparison(NOISE, Y, x, scale=[1, 1, 1, 1e4, 1e4])["pca"]["knn"] > 0.8


def test_as_many_neighbours_vote_as_are_asked():
    assert probe(NOISE, Y, n_neighbors=1) != probe(NOISE, Y, n_neighbors=40)
    # All of them together say the largest class.
    assert probe(ONE_HOT, Y, n_neighbors=90)["knn"] == pytest.approx(40 / 90)
    with pytest.raises(ValueError, match="n_neighbors=0"):
        probe(NOISE, Y, n_neighbors=0)


@pytest.mark.parametrize("measure", [clustering, retrieval])
def test_refusals(measure):
    with pytest.raises(ValueError, match="each of the 90 examples"):
        measure(NOISE, [1, 2])
    with pytest.raises(ValueError, match="no classes"):
        measure(NOISE, RNG.normal(size=90))
    with pytest.raises(ValueError, match="at least two classes"):
        measure(NOISE, np.ones(90, int))


def test_refusals_of_sizes():
    with pytest.raises(ValueError, match="n_neighbors=90"):
        retrieval(NOISE, Y, n_neighbors=90)
    with pytest.raises(ValueError, match="x has 3 examples, but codes has 90"):
        comparison(NOISE, Y, NOISE[:3])
