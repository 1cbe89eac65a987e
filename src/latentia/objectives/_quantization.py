"""Codewords and code vectors that stay close, and a codebook that is used."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from latentia._share import Share
from latentia.conditional import family
from latentia.distributions import Quantized
from latentia.errors import IncompatiblePartsError
from latentia.heads import VectorQuantized
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class Quantization(Objective):
    r"""How far the vectors of a code are from their codewords.

    .. math:: L(x) = \lVert \mathrm{sg}[z_e(x)] - e \rVert^2
              + \beta\, \lVert z_e(x) - \mathrm{sg}[e] \rVert^2

    in squared units of the code, summed over its dimensions, where e are the nearest codewords and
    sg stops gradients. The first part moves a codebook that learns by gradient; one that follows a
    moving average has no such part, and is moved after each step. ``perplexity`` is reported: how
    many codewords a batch uses, as the exponential of the entropy of their frequencies.

    After the first step the codebook starts at the centres of k-means over the batch. Codewords
    that are hardly used are drawn anew from the vectors of a batch.

    Parameters
    ----------
    commitment : float, default=0.25
        The weight :math:`\beta`.
    decay : float, default=0.99
        What a moving average keeps in one step, in [0, 1).
    revive_below : float, default=0.01
        Codewords used less than this share of the mean are drawn anew; 0 lets them lie.

    Raises
    ------
    ValueError
        If a number is outside its range, or the codebook is larger than the data.
    IncompatiblePartsError
        If the code of the model is not vector-quantised.

    References
    ----------
    A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. 2017.
    A. Razavi, A. van den Oord, O. Vinyals. Generating Diverse High-Fidelity Images with VQ-VAE-2.
    2019.

    Examples
    --------
    >>> from latentia.objectives import Reconstruction
    >>> quantised = Reconstruction() + Quantization(commitment=0.5)
    """

    gathers = True
    teaches = "quantization"

    def __init__(
        self, commitment: float = 0.25, decay: float = 0.99, revive_below: float = 0.01
    ) -> None:
        super().__init__()
        if not (commitment >= 0 and math.isfinite(commitment)):
            raise ValueError(f"commitment={commitment!r} must be a finite number of at least 0.")
        for name, share in (("decay", decay), ("revive_below", revive_below)):
            if not 0 <= share < 1:
                raise ValueError(f"{name}={share!r} must be a number in [0, 1).")
        self.commitment = commitment
        self.decay = decay
        self.revive_below = revive_below
        self._started = False

    def forward(self, trace: Trace, info: Info) -> Loss:
        head, q = _head(trace.model), trace.posterior
        assert isinstance(q, Quantized)
        commitment = (q.continuous - q.quantized.detach()).square().flatten(1).sum(1)
        values = self.commitment * commitment
        terms = {
            "commitment": commitment,
            "perplexity": _perplexity(q.indices, head.n_codes, info.share),
        }
        if head.learns_by_gradient:
            terms["codebook"] = (q.continuous.detach() - q.quantized).square().flatten(1).sum(1)
            values = values + terms["codebook"]
        return Loss(values, terms)

    @torch.no_grad()
    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        head = _head(model)
        q = model.encoder(batch.seen, *batch.conditions)
        assert isinstance(q, Quantized)
        if not self._started and not head.is_started:
            _check_size(head, info.n_examples)
            head.start_from(q.continuous, info.share)
        else:
            head.follow(q.continuous, self.decay, info.share)
            head.revive(q.continuous, self.revive_below, info.share)
        # Only the first look at the codebook waits for the device.
        self._started = True


def _head(model: LatentVariableModel) -> VectorQuantized:
    head = getattr(model.encoder, "head", None)
    if not isinstance(head, VectorQuantized):
        raise IncompatiblePartsError(
            f"Quantization and a code of {family(model.encoder)} do not fit: there is no codebook "
            "to learn. Use heads.VectorQuantized for the encoder, or leave this penalty out."
        )
    return head


def _check_size(head: VectorQuantized, n_examples: int) -> None:
    n_vectors = n_examples * head.n_vectors
    if head.n_codes > n_vectors:
        raise ValueError(
            f"n_codes={head.n_codes} is more than the {n_vectors} vectors that {n_examples} "
            f"examples have; take at most n_codes={n_vectors}, or more data."
        )


def _perplexity(indices: Tensor, n_codes: int, share: Share) -> Tensor:
    used = share.own(indices).flatten()
    ones = torch.ones(used.numel(), device=indices.device)
    counts = torch.zeros(n_codes, device=indices.device).index_add_(0, used, ones)
    counts = share.sum(counts)
    shares = counts / counts.sum()
    return torch.exp(-torch.xlogy(shares, shares).sum()).expand(len(indices))
