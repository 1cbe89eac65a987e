"""A model learns from what it sees, and its encoder from what it dreams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import nn

from latentia.heads import as_count
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import refuse_point_mass


class WakeSleep(Objective):
    r"""Two phases: the model explains codes of the data, the encoder explains the model's dreams.

    .. math:: L_\theta(x) = -E_{z \sim q(z|x)} [\log p(x|z) + \log p(z) - \log q(z|x)],
              \qquad L_\phi = -E_{z \sim p(z),\, \tilde x \sim p(x|z)} \log q(z|\tilde x)

    in nats. Decoder and prior learn from the first, the encoder from the second, one dream for
    each example. No gradient passes through a code, so codes may be discrete. Terms are those of
    :class:`ELBO`, with a sampled divergence; ``sleep_loss`` is the second.

    Parameters
    ----------
    n_samples : int, default=1
        Codes drawn for each example when awake.

    Raises
    ------
    ValueError
        If ``n_samples`` is below 1.
    IncompatiblePartsError
        For a deterministic encoder.

    References
    ----------
    G. E. Hinton, P. Dayan, B. J. Frey, R. M. Neal. The Wake-Sleep Algorithm for Unsupervised
    Neural Networks. 1995.

    Examples
    --------
    >>> from latentia import conditional, models, priors
    >>> part = conditional.Identity(2)
    >>> model = models.LatentVariableModel(part, part, priors.StandardNormal(2))
    >>> sorted(WakeSleep().groups(model))
    ['model', 'sleep']
    """

    def __init__(self, n_samples: int = 1) -> None:
        super().__init__()
        as_count(n_samples, "n_samples")
        self.n_samples = n_samples

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        encoder = {id(p) for p in model.encoder.parameters()}
        trainable = super().groups(model)["model"]
        return {
            "model": [p for p in trainable if id(p) not in encoder],
            "sleep": [p for p in trainable if id(p) in encoder],
        }

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        with torch.no_grad():
            trace = model.trace(batch, self.n_samples)
        yield "model", self(trace, info)
        yield "sleep", self._sleep(trace)

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "WakeSleep")
        awake = replace(trace, z=trace.z.detach())
        reconstruction = -awake.likelihood.log_prob(awake.batch.x).mean(0)
        log_posterior = awake.posterior.log_prob(awake.z).detach()
        kl = (log_posterior - awake.prior.log_prob(awake.z)).mean(0)
        values = reconstruction + kl
        return Loss(values, {"reconstruction": reconstruction, "kl": kl, "elbo": -values})

    def _sleep(self, trace: Trace) -> Loss:
        model, conditions = trace.model, trace.batch.conditions
        with torch.no_grad():
            z = trace.prior.sample()
            x = model.decoder(z, *conditions).sample()
        return Loss(-model.encoder(x, *conditions).log_prob(z))
