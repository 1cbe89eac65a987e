"""What cannot be trained by several processes."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from latentia.errors import IncompatiblePartsError
from latentia.models import LatentVariableModel
from latentia.objectives import Objective
from latentia.training._processes.ranks import is_piece
from latentia.training._processes.sharded import check_divided


def check_shareable(
    objective: Objective, model: LatentVariableModel, batch_size: int, full_batch: bool, world: int
) -> None:
    """Refuse what several processes would each compute from their own part of a batch.

    Raises
    ------
    ValueError
        For batches of fewer examples than processes.
    IncompatiblePartsError
        For a part whose statistics would be of the examples of one process only.
    """
    if world == 1:
        return
    check_divided(objective, model)
    if full_batch:
        raise IncompatiblePartsError(
            f"An optimizer of all examples at once and {world} processes do not fit: its search is "
            'one process\'s. Train in one, or with another optimizer, such as "adam".'
        )
    if batch_size < world:
        raise ValueError(
            f"batch_size={batch_size} is to be divided among {world} processes; give at least "
            f"batch_size={world}, or fewer processes."
        )
    for module in model.modules():
        if isinstance(module, _BatchNorm) and not isinstance(module, nn.SyncBatchNorm):
            raise IncompatiblePartsError(
                f"{type(module).__name__} and {world} processes do not fit: its statistics would "
                "be of the examples of one process. Use nn.LayerNorm or nn.GroupNorm, or "
                "nn.SyncBatchNorm on CUDA."
            )
    for part in objective.modules():
        if isinstance(part, Objective) and not part.gathers and _looks_around(part):
            raise IncompatiblePartsError(
                f"{type(part).__name__} and {world} processes do not fit: it has a statistic or a "
                "state of the whole batch, which would be of the examples of one process. Train "
                "in one process; an objective of your own can ask info.share for means over the "
                "whole batch, and say so by gathers = True."
            )


def check_triable(model: LatentVariableModel, world: int) -> None:
    """Refuse a model with which one of several processes cannot try what fits into its memory.

    Raises
    ------
    IncompatiblePartsError
    """
    waits = any(isinstance(module, nn.SyncBatchNorm) for module in model.modules())
    if world > 1 and (waits or any(map(is_piece, model.parameters()))):
        raise IncompatiblePartsError(
            f"micro_batch_size='auto' and layers that wait for all {world} processes do not fit: "
            "one that ran out of memory would keep the others waiting. Give a number, or None."
        )


def _looks_around(part: Objective) -> bool:
    changes_state = type(part).after_step is not Objective.after_step
    return part.uses_batch_statistics or changes_state
