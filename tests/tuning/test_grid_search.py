"""scikit-learn's own search works as well."""

from __future__ import annotations

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from latentia import VAE


def test_grid_search_over_the_code_and_its_price():
    X = load_digits().images[:120]
    vae = VAE(
        hidden_layer_sizes=(32,),
        learning_rate=2e-2,
        batch_size=20,
        max_iter=15,
        random_state=0,
        verbose=False,
    )
    grid = {"beta": [1.0, 50.0], "n_components": [1, 4]}
    search = GridSearchCV(vae, grid, cv=2).fit(X)
    scores = search.cv_results_["mean_test_score"]
    assert [p["beta"] for p in search.cv_results_["params"]] == [1.0, 1.0, 50.0, 50.0]
    # Scores are bounds on log p(x) whatever the price in training was, so they compare.
    best = search.best_estimator_
    assert best.score_kind_ == "log_likelihood_bound"
    assert (best.beta, best.n_components) == (1.0, 4)
    assert search.best_score_ == scores.max() > scores[2:].max() + 1.0
    assert best.transform(X).shape == (120, 4)
    assert best.sample(2, random_state=0).shape == (2, 8, 8)
