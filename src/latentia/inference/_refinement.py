"""The best member of a family of posteriors for each example by itself."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.conditional import Amortized
from latentia.distributions import divergence
from latentia.errors import IncompatiblePartsError
from latentia.heads import Head
from latentia.models import Batch, LatentVariableModel

# A decoder that was trained with a noisy posterior is smooth at this scale of its raw numbers.
_RATE = 0.05
_STARTING_DRAWS = 100


def refined(
    model: LatentVariableModel,
    block: Batch,
    q: Distribution,
    prior: Distribution,
    family: Head | None,
    n_steps: int,
    n_draws: int,
) -> Distribution:
    """Return the best member of a family for each example, started near q."""
    head, raw = _own(model, block) if family is None else _started(family, q, n_steps)
    if not head(raw).has_rsample:
        raise IncompatiblePartsError(
            f"inference_gaps and the family {type(head).__name__} do not fit: its draws have no "
            "derivative to ascend by. Give another family, such as heads.DiagonalNormal(2)."
        )

    def bound(raw: Tensor) -> Tensor:
        q = head(raw)
        z = q.rsample(torch.Size((n_draws,)))
        fit = model.decoder(z, *block.conditions).log_prob(block.x).mean(0)
        return fit - divergence(q, prior, z)

    best = _ascend(raw, bound, n_steps)
    with torch.no_grad():
        return head(best)


def _started(family: Head, q: Distribution, n_steps: int) -> tuple[Head, Tensor]:
    """Return a family, and what makes it most like q."""
    draws = q.sample(torch.Size((_STARTING_DRAWS,)))
    raw = draws.new_zeros(draws.shape[1], family.n_params)
    return family, _ascend(raw, lambda raw: family(raw).log_prob(draws).mean(0), n_steps)


def check_family(model: LatentVariableModel, family: Head) -> None:
    for name in ("space", "event_shape"):
        given, needed = getattr(family, name), getattr(model.encoder, name, None)
        if needed is not None and given != needed:
            raise IncompatiblePartsError(
                f"The family {type(family).__name__} has {name}={given!r}, but codes of the "
                f"encoder have {needed!r}; give a family of the same codes."
            )


def _own(model: LatentVariableModel, block: Batch) -> tuple[Head, Tensor]:
    encoder = model.encoder
    if not isinstance(encoder, Amortized):
        raise IncompatiblePartsError(
            f"inference_gaps and the encoder {type(encoder).__name__} do not fit: it has no head "
            "whose parameters could be refined. Give family=, such as heads.DiagonalNormal(2)."
        )
    # The raw numbers are what its head is given.
    raw: list[Tensor] = []
    handle = encoder.head.register_forward_pre_hook(lambda _, given: raw.append(given[0]))
    with handle, torch.no_grad():
        encoder(block.seen, *block.conditions)
    return encoder.head, raw[0]


def _ascend(raw: Tensor, objective: Callable[[Tensor], Tensor], n_steps: int) -> Tensor:
    """Return numbers that make a noisy objective large, for each row by itself."""
    raw = raw.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([raw], lr=_RATE)
    # The last steps are small, so that the noise of the draws averages out.
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    with torch.enable_grad():
        for _ in range(n_steps):
            (raw.grad,) = torch.autograd.grad(-objective(raw).sum(), raw)
            optimizer.step()
            schedule.step()
    return raw.detach()
