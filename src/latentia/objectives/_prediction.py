"""A label that can be read off the code."""

from __future__ import annotations

from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class Prediction(Objective):
    r"""The negative log-likelihood of the label given the code: a supervised loss.

    .. math:: L(x, y) = -E_{z \sim q(z|x)} \log p(y \mid z)

    in nats, summed over the elements of a label. It trains the encoder and the predictor, not the
    decoder; added to a reconstruction or a bound, it makes a supervised autoencoder.

    Parameters
    ----------
    predictor : ConditionalDistribution
        p(y|z), trained with the model.

    Raises
    ------
    IncompatiblePartsError
        If a batch has no labels.
    ValueError
        If labels have another shape than what is predicted.

    References
    ----------
    L. Le, A. Patterson, M. White. Supervised Autoencoders: Improving Generalization Performance
    with Unsupervised Regularizers. 2018.

    Examples
    --------
    >>> from latentia import conditional, heads, networks
    >>> from latentia.objectives import Reconstruction
    >>> label = heads.DiagonalNormal(1, scale=1.0)
    >>> predictor = conditional.Amortized(networks.MLP(2, label.n_params), label)
    >>> supervised = Reconstruction() + 0.5 * Prediction(predictor)
    """

    def __init__(self, predictor: ConditionalDistribution) -> None:
        super().__init__()
        self.predictor = predictor

    def forward(self, trace: Trace, info: Info) -> Loss:
        labels = _labels(trace)
        predicted = self.predictor(trace.z)
        expected = (len(trace.batch), *predicted.event_shape)
        if tuple(labels.shape) != expected:
            raise ValueError(
                f"labels have shape {tuple(labels.shape)}, but the predictor is for labels of "
                f"shape {expected}; change the labels, or the event_shape of its head."
            )
        values = -predicted.log_prob(labels).mean(0)
        return Loss(values, {"prediction": values})


def _labels(trace: Trace) -> Tensor:
    if trace.batch.labels is None:
        raise IncompatiblePartsError(
            "Prediction and a batch without labels do not fit: there is nothing to predict. Give "
            "models.Batch(x, labels=y), or use objectives.Reconstruction."
        )
    return trace.batch.labels
