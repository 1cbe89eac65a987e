"""Schedules: their ends, their shape, and the names of those for learning rates."""

from __future__ import annotations

import inspect

import pytest
import torch

from latentia import VAE, objectives, training
from latentia.evaluation import ablation
from latentia.objectives import ELBO, Adversarial, weight_at
from latentia.training import Constant, Cosine, Cyclical, Linear, OneCycle, schedules


@pytest.mark.parametrize("name", schedules)
def test_named_schedules_stay_between_zero_and_the_peak(name):
    values = [schedules[name](0.5, 100)(step) for step in range(150)]
    assert max(values) == pytest.approx(0.5)
    assert min(values) >= 0


@pytest.mark.parametrize("schedule", [Linear(3.0, 1.0, 10), Cosine(3.0, 10, 1.0)])
def test_from_start_to_stop_without_going_back(schedule):
    values = [schedule(step) for step in range(15)]
    assert values[0] == pytest.approx(3.0)
    assert values[10:] == pytest.approx([1.0] * 5)
    assert values == sorted(values, reverse=True)


def test_one_cycle_rises_then_falls():
    values = [OneCycle(1.0, 100)(step) for step in range(101)]
    assert values.index(max(values)) == 30
    assert values[-1] < 1e-4 < values[0]


def test_cyclical_repeats():
    beta = Cyclical(1.0, 20)
    assert [beta(s) for s in range(20)] == [beta(s + 40) for s in range(20)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Cyclical(1.0, 0), "period=0 must be an integer of at least 1"),
        (lambda: Cyclical(1.0, 10, 0.0), r"rise=0.0 must be a share of the steps, in \(0, 1\]"),
        (lambda: Linear(0.0, 1.0, -5), "n_steps=-5 must be an integer of at least 1"),
        (lambda: Cosine(1.0, 2.5), "n_steps=2.5 must be an integer"),
        (lambda: OneCycle(1.0, 10, rise=1.5), "rise=1.5 must be a share"),
        (lambda: Constant(float("nan")), "value=nan must be a finite number"),
        (lambda: Linear("0", 1.0, 5), "start='0' must be a finite number"),
        (lambda: ELBO(beta=training.Linear), "beta=Linear is a class; give a schedule"),
        (lambda: Adversarial(weight=training.Linear), "weight=Linear is a class"),
        (lambda: training.Linear * ELBO(), "weight of ELBO=Linear is a class"),
        (
            lambda: VAE(beta=training.Linear).fit([[1.0], [2.0]]),
            "beta=<class .* a schedule such as",
        ),
    ],
)
def test_what_is_no_schedule_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_schedule_of_one_step_is_one():
    assert [OneCycle(1.0, 1)(step) for step in (0, 1, 2)] == pytest.approx([0.04, 1.0, 1e-5])


def test_a_schedule_that_returns_no_number_is_named():
    with pytest.raises(ValueError, match=r"beta is tensor\(0.5000\) .* type Tensor; .* Python num"):
        weight_at(lambda step: torch.tensor(0.5), 3, "beta")
    with pytest.raises(ValueError, match=r"beta is -1.0 at step 3; .* at least 0"):
        weight_at(lambda step: -1.0, 3, "beta")


def test_an_ablation_of_a_scheduled_weight_has_its_last_value():
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(0)).numpy()
    beta = Linear(0.0, 4.0, n_steps=2)
    model = VAE(2, beta=beta, max_iter=5, random_state=0, verbose=False).fit(x)
    assert ablation(model, x).beta == 4.0


def test_an_objective_that_takes_weights_names_them_for_a_compiled_loop():
    def takes_weights(objective):
        given = inspect.signature(objective).parameters.values()
        return any(str(p.annotation).startswith("Weight") for p in given)

    public = [getattr(objectives, name) for name in objectives.__all__]
    takers = {o for o in public if isinstance(o, type) and takes_weights(o)}
    assert {ELBO, Adversarial} < takers
    for objective in takers:
        assert objective.weights is not objectives.Objective.weights, objective
