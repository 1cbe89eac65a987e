"""The laws of an objective."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Info, Loss, Objective
from latentia.training import seeded


def check_objective(objective: Objective, model: LatentVariableModel, x: Tensor) -> None:
    """Check that an objective obeys the laws that the trainer relies on.

    Values and terms are per example, the total is their mean, a forward pass changes no state,
    each loss has finite gradients for its own group, and, unless it says that it uses batch
    statistics, an example's value does not depend on the others.

    Parameters
    ----------
    objective : Objective
    model : LatentVariableModel
        One that the objective is for.
    x : Tensor, shape (n, *event)
        A few examples, n >= 2.

    Raises
    ------
    AssertionError
        With the law that was broken.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, networks, objectives
    >>> encoder = conditional.Amortized(networks.MLP(3, 2), heads.Delta(2))
    >>> decoder = conditional.Amortized(networks.MLP(2, 3), heads.DiagonalNormal(3, scale=1.0))
    >>> model = models.LatentVariableModel(encoder, decoder)
    >>> check_objective(objectives.Reconstruction(), model, torch.randn(4, 3))
    """
    name, info = type(objective).__name__, Info(n_examples=len(x))
    model, objective = copy.deepcopy(model), copy.deepcopy(objective)
    before = {k: v.clone() for k, v in (model.state_dict() | objective.state_dict()).items()}
    groups = objective.groups(model)
    for group, loss in _losses(objective, model, x, info):
        for term, values in loss.report().items():
            assert values.shape == (len(x),), f"the term {term!r} of {name} is not per example"
            assert values.isfinite().all(), f"the term {term!r} of {name} is not finite"
        total = loss.total
        assert torch.allclose(total, loss.values.mean()), f"the total of {name} is not the mean"
        gradients = torch.autograd.grad(total, groups[group], allow_unused=True)
        finite = [g.isfinite().all() for g in gradients if g is not None]
        assert finite, f"the loss of {name} reaches no parameter of the group {group!r}"
        assert all(finite), f"{name} has infinite gradients"
    after = model.state_dict() | objective.state_dict()
    same = all(torch.equal(before[key], after[key]) for key in before)
    assert same, f"{name} changes state in its forward pass; do it in after_step"
    if not objective.uses_batch_statistics:
        first, *_ = _losses(objective, model, x, info)
        swapped, *_ = _losses(objective, model, torch.cat([x[:1], 2 * x[1:]]), info)
        alone = torch.allclose(first[1].values[0], swapped[1].values[0], rtol=1e-4, atol=1e-5)
        assert alone, f"{name} mixes examples; set uses_batch_statistics"


def _losses(
    objective: Objective, model: LatentVariableModel, x: Tensor, info: Info
) -> list[tuple[str, Loss]]:
    with seeded(0):
        return list(objective.losses(model, Batch(x), info))
