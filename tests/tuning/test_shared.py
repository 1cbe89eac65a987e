"""Several processes share a search by its storage and its name."""

from __future__ import annotations

import pytest
from optuna.distributions import FloatDistribution
from sklearn.datasets import load_iris

from latentia import VAE, tuning

X = load_iris().data
SPACE = {"learning_rate": [1e-4, 1e-3, 1e-2], "hidden_layer_sizes": [(4,), (8, 4)]}


@pytest.fixture
def place(tmp_path):
    return {"storage": f"sqlite:///{tmp_path}/study.db", "study_name": "iris"}


def search(place, n_trials, **others):
    vae = VAE(max_iter=1, random_state=0, verbose=False)
    asked = {"space": SPACE, "n_trials": n_trials, "refit": False, **place, **others}
    return tuning.tune(vae, asked.pop("X", X), **asked)


def test_whoever_comes_later_goes_on(place):
    first = tuning.records(search(place, 2).study)
    both = search(place, 2)
    assert tuning.records(both.study)[:2] == first
    assert len(both.study.trials) == 4
    # The best may be of another process, whose choices are found again by their names.
    assert both.best_estimator.hidden_layer_sizes in SPACE["hidden_layer_sizes"]
    assert len(search(place, 0).study.trials) == 4


def test_whoever_comes_later_draws_other_trials(place):
    any_rate = {"learning_rate": FloatDistribution(1e-4, 1e-2)}
    first, later = (
        row["learning_rate"]
        for _ in range(2)
        for row in tuning.records(search(place, 1, space=any_rate).study)[-1:]
    )
    assert first != later


def test_another_question_is_refused(place):
    search(place, 1)
    with pytest.raises(ValueError, match="study_name='iris' is a search with examples=150, not 9"):
        search(place, 1, X=X[:99])
    with pytest.raises(ValueError, match="objective='validation_loss', not 'score'"):
        search(place, 1, objective="score")


def test_a_storage_that_cannot_be_used_is_refused(tmp_path):
    for storage in (f"sqlite:///{tmp_path}/no/such/folder/study.db", "nothing://"):
        with pytest.raises(ValueError, match=r"storage='.*' cannot be used .*sqlite:///study\.db"):
            search({"storage": storage}, 1)
