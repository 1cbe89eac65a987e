"""The pseudo-log-likelihood: by counting, by one flipped unit, and by scikit-learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from sklearn.neural_network import BernoulliRBM

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.evaluation import pseudo_log_likelihood
from latentia.training import seeded

STATES = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64)


def machine(hidden="bernoulli"):
    with seeded(1):
        rbm = models.RBM((2, 2), 3, hidden=hidden).double()
        for parameter in rbm.parameters():
            parameter.data.normal_(std=1.5)
    return rbm


@pytest.mark.parametrize("hidden", ["bernoulli", "normal"])
def test_it_is_the_sum_of_the_conditionals(hidden):
    rbm = machine(hidden)
    log_p = -rbm.free_energy(STATES.view(-1, 2, 2))
    counted = torch.zeros(16, dtype=torch.float64)
    for row, v in enumerate(STATES):
        for unit in range(4):
            others = (v == STATES).sum(1) - (STATES[:, unit] == v[unit]).long() == 3
            counted[row] += log_p[row] - log_p[others].logsumexp(0)
    measured = pseudo_log_likelihood(rbm, STATES.view(-1, 2, 2), exact=True, batch_size=5)
    assert torch.allclose(measured, counted)


def test_one_flipped_unit_estimates_it_without_bias():
    rbm = machine()
    x = STATES[6].view(1, 2, 2).expand(4000, 2, 2)
    exact = pseudo_log_likelihood(rbm, x[:1], exact=True)
    with seeded(0):
        drawn = pseudo_log_likelihood(rbm, x)
    assert len({round(value, 6) for value in drawn.tolist()}) == 4
    assert (drawn.mean() - exact).abs() < 4 * drawn.std() / 4000**0.5


def test_it_is_that_of_scikit_learn():
    x = np.random.default_rng(0).integers(0, 2, (500, 6)).astype(float)
    theirs = BernoulliRBM(4, learning_rate=0.5, n_iter=20, random_state=0).fit(x)
    rbm = models.RBM(6, 4).double()
    rbm.weight.data = torch.from_numpy(np.ascontiguousarray(theirs.components_))
    rbm.hidden.bias.data = torch.from_numpy(theirs.intercept_hidden_)
    rbm.visible.bias.data = torch.from_numpy(theirs.intercept_visible_)
    repeated = np.repeat(x[:1], 20_000, axis=0)
    expected = theirs.score_samples(repeated).mean()
    exact = pseudo_log_likelihood(rbm, torch.from_numpy(x[:1]), exact=True).item()
    assert exact == pytest.approx(expected, rel=0.01)


def test_what_it_cannot_measure_is_refused():
    with pytest.raises(IncompatiblePartsError, match=r"normal visible units.*log_partition"):
        pseudo_log_likelihood(models.RBM(2, 1, "normal"), torch.zeros(1, 2))
    with pytest.raises(ValueError, match=r"x\[0\] has 2 in column 1"):
        pseudo_log_likelihood(models.RBM(2, 1), torch.tensor([[0.0, 2.0]]))
