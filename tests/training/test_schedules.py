"""Schedules: their ends, their shape, and the names of those for learning rates."""

from __future__ import annotations

import pytest

from latentia.training import Cosine, Cyclical, Linear, OneCycle, schedules


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
