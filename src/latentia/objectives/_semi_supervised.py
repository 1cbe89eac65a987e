"""Labels that only some examples have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Integral

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, Trace
from latentia.objectives._elbo import ELBO
from latentia.objectives._iwae import IWAE
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._renyi import Renyi
from latentia.objectives._weights import Weight, check_weight


class SemiSupervised(Objective):
    r"""A bound on log p(x, y) where the label y is known, and on log p(x) where it is not.

    .. math:: L(x, y) = B(x \mid y) - \log p(y), \qquad
              U(x) = \sum_y q(y|x) \left[ L(x, y) + \log q(y|x) \right]

    in nats, where :math:`B \ge -\log p(x|y)` is the bound of a model conditioned on the label as a
    row of one 1 and else 0. An example with a label costs :math:`L(x, y) - \alpha \log q(y|x)`,
    one without costs :math:`U(x)`, an exact sum over the K classes. So labelled and unlabelled
    examples may be mixed in any way, and each one costs K passes through the model.

    ``elbo`` is the bound on log p(x, y) or log p(x), ``classification`` is -log q(y|x), and zero
    without a label; terms of the bound are averages over what the label may be.

    A batch says by ``labels``, integers of shape (n,), which class an example is of, and by -1
    that nobody knows; it still needs a condition of width K, which this objective does not look
    at, but penalties beside it do.

    Parameters
    ----------
    classifier : ConditionalDistribution
        q(y|x), over the integers below ``n_classes``; trained with the model.
    n_classes : int
        The number K of classes, at least 2.
    weight : float or schedule, default=1.0
        The weight :math:`\alpha` of an example's label in the cost of the classifier. For a total
        weight in proportion to the data, take 0.1 x examples / labelled examples.
    class_probabilities : sequence of K floats or None, default=None
        p(y), positive with sum 1; None is uniform.
    bound : Objective or None, default=None
        B, a function of one trace that does not mix examples, such as ``IWAE(5)``; None is
        ``ELBO()``.

    Raises
    ------
    ValueError
        For fewer than two classes, probabilities of another length or sum, or labels that are not
        one integer below K for each example. On another device than the CPU, and in steps that are
        compiled, a label of K or more is found only by a loss that is NaN.
    IncompatiblePartsError
        For a bound that trains in phases or uses statistics of a batch, or a batch without labels.

    References
    ----------
    D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling. Semi-Supervised Learning with Deep
    Generative Models. 2014.

    Examples
    --------
    >>> from latentia import conditional, heads, networks
    >>> label = heads.Categorical((), 10)
    >>> classifier = conditional.Amortized(networks.MLP(64, label.n_params), label)
    >>> SemiSupervised(classifier, n_classes=10, weight=0.1 * 1797 / 100).n_classes
    10
    """

    classifier: ConditionalDistribution
    n_classes: int
    weight: Weight
    bound: Objective
    log_prior: Tensor

    def __init__(
        self,
        classifier: ConditionalDistribution,
        n_classes: int,
        weight: Weight = 1.0,
        class_probabilities: Sequence[float] | None = None,
        bound: Objective | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(n_classes, Integral) or n_classes < 2:
            raise ValueError(f"n_classes={n_classes!r} must be an integer of at least 2.")
        check_weight(weight, "weight")
        self.classifier = classifier
        self.n_classes = int(n_classes)
        self.weight = weight
        self.bound = _checked(ELBO() if bound is None else bound)
        self.n_samples = self.bound.n_draws
        p = _probabilities(class_probabilities, self.n_classes)
        self.register_buffer("log_prior", p.log().to(torch.get_default_dtype()), persistent=False)

    @property
    def weights(self) -> Mapping[str, Weight]:
        return {"weight": self.weight}

    def forward(self, trace: Trace, info: Info) -> Loss:
        batch, k = trace.batch, self.n_classes
        labels = _labels(batch, k)
        alpha = info.at(self, "weight")
        classes = torch.arange(k, device=labels.device).unsqueeze(1)
        log_q = self.classifier(batch.seen).log_prob(classes)
        known = labels >= 0
        # What the label may be, shape (K, n): one class if it is known.
        shares = torch.where(known, (classes == labels).to(log_q.dtype), log_q.exp())
        shares = torch.where(labels < k, shares, torch.nan)
        loss = self.bound(trace.model.trace(_of_every_class(batch, k), self.n_samples), info)

        def averaged(values: Tensor) -> Tensor:
            return (shares * values.unflatten(0, (k, -1))).sum(0)

        costs = loss.values
        if loss.surrogate is not None:
            costs = loss.surrogate + (loss.values - loss.surrogate).detach()
        cost, terms = averaged(costs), {name: averaged(t) for name, t in loss.terms.items()}
        log_p = (shares * self.log_prior.unsqueeze(1)).sum(0)
        guess = (shares * log_q).sum(0)
        unsure = torch.where(known, 0.0, guess)  # minus the entropy of the guess
        values = cost - log_p + torch.where(known, -alpha * guess, guess)
        terms["elbo"] = terms.get("elbo", -cost) + log_p - unsure
        terms["classification"] = torch.where(known, -guess, 0.0)
        return Loss(values, terms)


def _of_every_class(batch: Batch, k: int) -> Batch:
    """Return all examples as those of class 0, then all as those of class 1, and so on."""
    given = torch.eye(k, dtype=batch.x.dtype, device=batch.x.device)
    seen = None if batch.corrupted is None else _tiled(batch.corrupted, k)
    conditions = (given.repeat_interleave(len(batch), 0),)
    return replace(batch, x=_tiled(batch.x, k), conditions=conditions, corrupted=seen, labels=None)


def _tiled(x: Tensor, k: int) -> Tensor:
    return x.repeat(k, *(1 for _ in x.shape[1:]))


def _labels(batch: Batch, k: int) -> Tensor:
    if batch.labels is None:
        raise IncompatiblePartsError(
            "SemiSupervised and a batch without labels do not fit: give models.Batch(x, "
            "(condition,), labels=y), with -1 for labels that nobody knows."
        )
    shape, dtype = tuple(batch.labels.shape), batch.labels.dtype
    if shape != (len(batch),) or dtype.is_floating_point:
        raise ValueError(
            f"labels have shape {shape} and type {dtype}, but there must be one integer for each "
            f"example, shape ({len(batch)},), and -1 where a label is missing."
        )
    # To look at values of another device would stop each step until it is done, and a compiled step
    # cannot: there the loss with such a label is NaN.
    looks = batch.labels.device.type == "cpu" and not torch.compiler.is_compiling()
    if looks and bool((batch.labels >= k).any()):
        row = int((batch.labels >= k).int().argmax())
        raise ValueError(
            f"labels hold {int(batch.labels[row])} in row {row} of it, but n_classes={k}; they "
            f"must be below {k}, and -1 where a label is missing."
        )
    return batch.labels


def _checked(bound: Objective) -> Objective:
    name = type(bound).__name__
    if type(bound).losses is not Objective.losses:
        raise IncompatiblePartsError(
            f"SemiSupervised and bound={name} do not fit: it trains in phases of its own, and is "
            "no function of one trace. Use ELBO or IWAE."
        )
    lower = isinstance(bound, ELBO | IWAE) or (isinstance(bound, Renyi) and bound.alpha >= 0)
    if not lower:
        raise IncompatiblePartsError(
            f"SemiSupervised and bound={name} do not fit: it is no lower bound on "
            "log p(x|y). Use ELBO or IWAE."
        )
    if bound.uses_batch_statistics:
        raise IncompatiblePartsError(
            f"SemiSupervised and bound={name} do not fit: it has a statistic of the whole batch in "
            "its loss, in which every example would count once for each class. Use ELBO without "
            "free_bits and capacity, or IWAE."
        )
    return bound


def _probabilities(given: Sequence[float] | None, k: int) -> Tensor:
    p = torch.full((k,), 1 / k) if given is None else torch.as_tensor(given, dtype=torch.float64)
    if p.shape != (k,) or not (p > 0).all() or abs(float(p.sum()) - 1) > 1e-4:
        raise ValueError(
            f"class_probabilities={given!r} must be {k} positive numbers with sum 1, one for each "
            "class."
        )
    return p.double()
