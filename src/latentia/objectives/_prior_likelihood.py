"""A prior that is fitted to the codes of a model as it is."""

from __future__ import annotations

from torch import nn

from latentia.errors import IncompatiblePartsError
from latentia.models import LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class PriorLikelihood(Objective):
    r"""The negative log-density of codes under the prior.

    .. math:: L(x) = -E_{z \sim q(z|x)} \log p(z)

    in nats, summed over code dimensions. Only the prior learns; encoder and decoder stay as they
    are. It makes a trained autoencoder one that samples: the prior becomes the density of its
    codes, ex post.

    Raises
    ------
    IncompatiblePartsError
        If the model has no prior, or one without parameters to train.

    References
    ----------
    P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
    Deterministic Autoencoders. 2020.

    Examples
    --------
    >>> import torch
    >>> from latentia import models, priors
    >>> from latentia.conditional import Identity
    >>> model = models.LatentVariableModel(Identity(2), Identity(2), priors.StandardNormal(2))
    >>> trace = model.trace(models.Batch(torch.zeros(1, 2)))
    >>> PriorLikelihood()(trace, Info()).values  # log 2 pi
    tensor([1.8379])
    """

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        prior = model.prior
        if prior is None:
            raise IncompatiblePartsError(
                "PriorLikelihood fits the prior, but the model has none; give it one with "
                "parameters to train, such as priors.Flow."
            )
        trainable = [p for p in prior.parameters() if p.requires_grad]
        if not trainable:
            raise IncompatiblePartsError(
                f"PriorLikelihood fits the prior, but {type(prior).__name__} has no parameters to "
                "train; use priors.Flow, or fit one in closed form, as priors.Normal.fit(codes)."
            )
        return {"model": trainable}

    def forward(self, trace: Trace, info: Info) -> Loss:
        values = -trace.prior.log_prob(trace.z.detach()).mean(0)
        return Loss(values, {"prior_likelihood": values})
