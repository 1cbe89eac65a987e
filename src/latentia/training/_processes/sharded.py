"""A model whose weights are divided among processes, for one that does not fit into one."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.optim import Optimizer

from latentia.errors import IncompatiblePartsError
from latentia.models import LatentVariableModel
from latentia.networks import TiedMLP
from latentia.objectives import (
    DIP,
    ELBO,
    IWAE,
    MMD,
    Adversarial,
    Constrained,
    Decorrelation,
    Divergence,
    Factor,
    KLSparsity,
    Objective,
    Quantization,
    Reconstruction,
    Sum,
    TotalCorrelation,
)
from latentia.training._processes.ranks import Ranks, is_piece

#: What computes with its weights in a pass of its own, from a tensor to a tensor.
_LAYERS = (nn.Linear, _ConvNd)
#: Objectives that use a model by such passes only.
_PASSES = (
    Adversarial,
    Constrained,
    Decorrelation,
    DIP,
    Divergence,
    ELBO,
    Factor,
    IWAE,
    KLSparsity,
    MMD,
    Quantization,
    Reconstruction,
    Sum,
    TotalCorrelation,
)


def shard(model: LatentVariableModel, large: int = 100_000) -> LatentVariableModel:
    """Divide the weights of large layers among the processes that train a model together.

    Each keeps a part of them, of their gradients and of what the optimiser holds of them, and the
    whole of a layer only while it computes. Small layers stay whole everywhere. Do this in all
    processes, before the trainer is made. A checkpoint of such a training can be read by any number
    of processes, and :func:`whole` returns the weights for a model in one. It is the
    ``fully_shard`` of torch.

    Parameters
    ----------
    model : LatentVariableModel
        Changed in place.
    large : int, default=100000
        How many weights a layer must have to be divided.

    Returns
    -------
    LatentVariableModel
        The same. In a process that is alone nothing is done.

    Raises
    ------
    IncompatiblePartsError
        If a large layer shares its weights with another part.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks
    >>> code, likelihood = heads.Delta(1), heads.DiagonalNormal(2)
    >>> encoder = conditional.Amortized(networks.MLP(2, 1), code)
    >>> decoder = conditional.Amortized(networks.MLP(1, likelihood.n_params), likelihood)
    >>> model = models.LatentVariableModel(encoder, decoder)
    >>> shard(model) is model
    True
    """
    ranks = Ranks.here()
    if ranks.world == 1:
        return model
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    layers = [m for m in model.modules() if isinstance(m, _LAYERS) and _size(m) >= large]
    _check(model, layers)
    ranks.start_alike([model])
    # It warns of what is done in place to what layers return, which nothing here does.
    warnings.filterwarnings("ignore", message="FSDP2-wrapped module")
    mesh = init_device_mesh(next(model.parameters()).device.type, (ranks.world,))
    for layer in layers:
        divided = fully_shard(layer, mesh=mesh, reshard_after_forward=True)
        divided.set_gradient_divide_factor(1.0)  # a sum, as that of all other gradients
    return model


def check_divided(objective: Objective, model: LatentVariableModel) -> None:
    """Refuse an objective that computes with weights which are not there.

    Raises
    ------
    IncompatiblePartsError
    """
    if not any(map(is_piece, model.parameters())):
        return
    for part in objective.modules():
        # An objective of somebody's own is taken at its word.
        known = type(part).__module__.startswith("latentia.")
        if isinstance(part, Objective) and known and type(part) not in _PASSES:
            raise IncompatiblePartsError(
                f"{type(part).__name__} and divided weights do not fit: it may compute with the "
                "weights of a layer while they are not there. Train with whole weights, which "
                "several processes can too."
            )


def whole(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state dict with all tensors whole; call it in all processes.

    Examples
    --------
    >>> import torch
    >>> whole({"weight": torch.ones(2)})
    {'weight': tensor([1., 1.])}
    """
    return {name: v.full_tensor() if is_piece(v) else v for name, v in state.items()}


def backward(total: Tensor, group: Sequence[nn.Parameter], others: Iterable[nn.Parameter]) -> None:
    """Set the gradients of one player, and of no other."""
    if not any(map(is_piece, group)):
        total.backward(inputs=group)
        return
    total.backward()
    own = set(group)
    for parameter in others:
        if parameter not in own:
            parameter.grad = None


def clip(group: Sequence[nn.Parameter], norm: float) -> None:
    """Make the gradients of one player no longer than a norm, those of pieces and all others."""
    gradients = [p.grad for p in group if p.grad is not None]
    if not any(map(is_piece, gradients)):
        torch.nn.utils.clip_grad_norm_(group, norm)
        return
    kinds = ([g for g in gradients if is_piece(g)], [g for g in gradients if not is_piece(g)])
    norms = [whole({"norm": torch.nn.utils.get_total_norm(kind)})["norm"] for kind in kinds if kind]
    factor = (norm / (torch.stack(norms).norm() + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        here = gradient.to_local() if is_piece(gradient) else gradient  # type: ignore[attr-defined]
        here.mul_(factor)


def like(state: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state dict whose tensors are divided as those of ``own`` are."""
    return {name: _like(value, own.get(name)) for name, value in state.items()}


def like_optimizer(state: Mapping[str, Any], optimizer: Optimizer) -> dict[str, Any]:
    """Return the state of an optimiser, divided as its parameters are."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    held = {
        i: {name: _like(value, parameters[i]) for name, value in kept.items()}
        for i, kept in state["state"].items()
    }
    return {**state, "state": held}


def _like(value: Any, own: Any) -> Any:
    if not (is_piece(own) and isinstance(value, Tensor) and value.shape == own.shape):
        return value
    from torch.distributed.tensor import distribute_tensor

    if is_piece(value):
        return value
    return distribute_tensor(value.to(own.device), own.device_mesh, own.placements)


def _check(model: LatentVariableModel, layers: Sequence[nn.Module]) -> None:
    tied = any(isinstance(module, TiedMLP) for module in model.modules())
    owners = Counter(id(p) for m in model.modules() for p in m.parameters(recurse=False))
    for layer in layers:
        if tied or any(owners[id(p)] > 1 for p in layer.parameters()):
            raise IncompatiblePartsError(
                f"shard and a {type(layer).__name__} whose weights another part uses do not fit: "
                "they are there only while the layer computes. Use parts with weights of their "
                "own, or train with whole weights, which several processes can too."
            )


def _size(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters(recurse=False))
