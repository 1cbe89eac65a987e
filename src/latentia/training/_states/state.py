"""All that a run of the trainer depends on, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from latentia.training._history import History
from latentia.training._processes.sharded import like_optimizer
from latentia.training._randomness import RandomStream
from latentia.training._run import Run

if TYPE_CHECKING:
    from latentia.training._trainer import Trainer


def state_of(trainer: Trainer) -> dict[str, Any]:
    """Return plain values and tensors, which are the trainer's own."""
    run = trainer._run
    within_epoch = run is not None and run.position > 0
    # The order of an epoch that has begun is drawn again.
    order = run.order if run is not None and within_epoch else trainer._order.get_state()
    return {
        "model": dict(trainer.model.state_dict()),
        "objective": dict(trainer.objective.state_dict()),
        "optimizers": {name: o.state_dict() for name, o in trainer._optimizers.items()},
        "order": order,
        "draws": trainer._ranks.all(trainer._draws.get_state()),
        "history": vars(trainer.history),
        "step": trainer.step,
        "epoch": trainer.epoch,
        "run": None if run is None else run.state_dict(),
    }


def _go_on_drawing(trainer: Trainer, draws: list[list[Tensor]], step: int) -> None:
    rank = trainer._ranks.rank
    if rank < len(draws):
        trainer._draws.set_state(draws[rank])
    else:  # of more processes than there were
        trainer._draws = RandomStream(trainer._ranks.seed(trainer._seed, step), trainer.device)


def _lay_out(optimizer: Optimizer) -> None:
    """Order what an optimiser holds in memory as its weights are: other orders round otherwise."""
    for weight, held in optimizer.state.items():
        for name, value in held.items():
            if isinstance(value, Tensor) and value.shape == weight.shape:
                held[name] = torch.empty_like(weight, dtype=value.dtype).copy_(value)


def set_state(trainer: Trainer, state: dict[str, Any]) -> None:
    """Make a trainer go on from there.

    Raises
    ------
    ValueError
        If the state is that of other parts.
    """
    try:
        trainer._learners.restore(state)
        for name, optimizer in trainer._optimizers.items():
            optimizer.load_state_dict(like_optimizer(state["optimizers"][name], optimizer))
            _lay_out(optimizer)
        trainer._order.set_state(state["order"])
        _go_on_drawing(trainer, state["draws"], state["step"])
        history = state["history"]
        trainer.history = History(**{**history, "records": list(history["records"])})
        trainer.step, trainer.epoch = state["step"], state["epoch"]
        run = state["run"]
        trainer._run = None if run is None else Run.from_state(run, trainer.device)
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "The state is not that of a trainer with this model, objective and optimizer; make the "
            f"trainer of the same parts ({error})."
        ) from error
    trainer._learners.train(False)
