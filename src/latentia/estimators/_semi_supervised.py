"""The variational autoencoder of examples of which some have labels."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import torch

from latentia._names import lookup
from latentia.conditional import Amortized
from latentia.data import Stream
from latentia.estimators._conditions import Conditions, Labels
from latentia.estimators._guessing import Guessing
from latentia.estimators._labels import class_numbers, learn_classes
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import NOT_NEGATIVE, Rule
from latentia.estimators._training import as_tensor
from latentia.estimators._vae import VAE
from latentia.heads import Categorical
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import SemiSupervised
from latentia.training import Trainer

_CONDITIONED = MirroredEstimator._rules["conditioned"]

#: Name -> what p(y) is, of the number of labels of each class.
_CLASS_PRIORS = {
    "frequencies": lambda counts: (counts + 1) / (counts + 1).sum(),
    "uniform": lambda counts: np.full(len(counts), 1 / len(counts)),
}


@documented
@dataclass(eq=False, repr=False)
class SemiSupervisedVAE(Guessing, VAE):
    r"""A classifier and a model of x given its class, learned from a few labels and many examples.

    .. math:: p(x, y) = p(y) \int p(x|z, y)\, p(z)\, dz, \qquad q(y, z|x) = q(y|x)\, q(z|x, y)

    Where y is missing, the bound on log p(x) is an exact sum over the classes, so that the
    classifier q(y|x) learns from every example; see :class:`objectives.SemiSupervised`. The code z
    is what is left to say of an example once its class is known, such as the style of a digit.

    ``predict``, ``predict_proba``, ``decision_function`` and ``score`` are those of a classifier;
    an outlier is where ``energy(X) > -offset_``. Where other methods need a label and ``y`` has
    none, the predicted one stands for it: ``transform(X)`` is the code given the predicted class.

    Parameters
    ----------
    class_prior : {"uniform", "frequencies"}, default="uniform"
        p(y): equal, or the frequencies of the labels, with one more of each.
    classification_weight : float, default=0.1
        How much the labels count for the classifier beside the bound: an example that has one
        counts ``classification_weight`` x examples / labelled examples times. Few labels do not
        drown among many examples then.
    posterior : str or callable, default="diagonal"
        q(z|x, y): a name in ``heads.posteriors``, or a function of the code's shape that returns a
        Head.
    prior : str or callable, default="auto"
        p(z), as in :class:`VAE`.
    objective : str or callable, default="elbo"
        The bound on log p(x|y): a name in ``objectives.objectives``, or a function that returns an
        Objective, of one trace and without statistics of a batch.
    beta : float, schedule or None, default=None
        Weight of the divergence of z; None is 1.
    n_samples : int or None, default=None
        Codes drawn for each example and class in training; None is the objective's own, 1 for the
        evidence lower bound.
    conditioned : sequence of str, default=("encoder", "decoder")
        Which of "encoder", "decoder" and "prior" see the class; one of the last two has to. A
        prior that does is a distribution for each class; with ``prior="mixture"``, several normals.
    embedding : int or None, default=None
        Learned numbers that stand for the class in each network; None is a row of one 1 and else 0.
    <code size>
    <network parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted.
    class_prior_ : ndarray
        p(y), as in ``classes_``.
    classifier_ : Module
        q(y|x).
    <shared attributes>

    References
    ----------
    D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling. Semi-Supervised Learning with Deep
    Generative Models. 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import SemiSupervisedVAE
    >>> X, y = load_iris(return_X_y=True)
    >>> some = y.copy()
    >>> some[::2] = -1  # missing
    >>> quick = {"max_iter": 100, "learning_rate": 0.01, "random_state": 0, "verbose": False}
    >>> model = SemiSupervisedVAE(**quick).fit(X, some)
    >>> bool(model.score(X[::2], y[::2]) > 0.9)
    True
    >>> model.sample(3, y=2, random_state=0).shape
    (3, 4)
    """

    _: KW_ONLY
    class_prior: str = "uniform"
    classification_weight: float = 0.1
    # What a plain VAE may be conditioned on is settled here, and its free bits are of a batch.
    condition: ClassVar[str] = "y"  # type: ignore[misc]
    free_bits: ClassVar[None] = None  # type: ignore[misc]

    _share = 1.0  # of examples with a label; a model on disk does not hold it

    _rules: ClassVar[dict[str, Rule]] = {
        "classification_weight": NOT_NEGATIVE,
        "conditioned": Rule(
            lambda v: _CONDITIONED.fits(v) and bool({"decoder", "prior"} & {*v}),
            f"{_CONDITIONED.what}, with 'decoder' or 'prior' among them",
        ),
    }

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from X, and from the labels that y has.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, d), (n, H, W) or (n, C, H, W)
            At least two examples of finite numbers.
        y : array-like of length n
            Labels: text, integers or whole numbers. -1, None and NaN are missing ones, so no class
            can be called -1. Early stopping holds out as large a share of every class as of the
            others, and at least one label of each is learned from.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data that cannot be learned from, labels of fewer than two classes, or a parameter
            outside its range.
        TrainingDivergedError
            When a loss is NaN or infinite; ``model_`` then holds the last good epoch.
        """
        self._announced = None
        return super().fit(X, y)

    def partial_fit(self, X: Any, y: Any = None, classes: Any = None) -> Self:
        """Learn from one pass over X, starting from what is known already.

        The first call needs all classes, in ``classes`` or y; the weight of labels is what their
        share in that call asks for. In later ones y may be None: no label is known then.
        """
        self._announced = classes
        return super().partial_fit(X, y)

    def _learn_conditions(self, y: Any) -> None:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None; give a "
                "label for each example and -1 where it is missing, or fit a VAE, which needs none."
            )
        prior = lookup(_CLASS_PRIORS, self.class_prior, "class_prior")
        classes = learn_classes(y, self._announced)
        self.conditions_ = Conditions((Labels("y", tuple(classes.tolist())),))
        numbers = class_numbers(y, classes)
        self.classes_ = classes
        self.class_prior_ = prior(np.bincount(numbers[numbers >= 0], minlength=len(classes)))

    def _batch(self, array: np.ndarray, y: Any) -> Batch:
        if isinstance(array, Stream):
            raise ValueError(
                f"{type(self).__name__} divides its examples by their labels in memory, but "
                f"{array.name} is a stream; give some of them as an array, such as X[:100_000], or "
                "all by numpy.asarray(X)."
            )
        k, n = len(self.classes_), len(array)
        labels = np.full(n, -1) if y is None else class_numbers(y, self.classes_, n)
        self._share = max(1, int((labels >= 0).sum())) / n
        # The last row is for those of unknown class.
        given = np.vstack([np.eye(k), self.class_prior_]).astype(np.float32)[labels]
        return Batch(as_tensor(array), (as_tensor(given),), labels=as_tensor(labels))

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        model = super()._model(event_shape)
        head = Categorical((), self._context)
        net = self._architecture().encoder(
            event_shape, head.n_params, self._sizes(), **self._layers()
        )
        self.classifier_ = Amortized(self._tamed(net, event_shape), head)
        return model

    def _objective(self) -> SemiSupervised:
        return SemiSupervised(
            self.classifier_,
            len(self.classes_),
            weight=self.classification_weight / self._share,
            class_probabilities=self.class_prior_.tolist(),
            bound=super()._objective(),
        )

    def _split(self, data: Batch) -> tuple[Batch, Batch | None]:
        if not self.early_stopping:
            return data, None
        assert data.labels is not None
        labels = data.labels.numpy()
        order = np.random.default_rng(self._seed).permutation(len(labels))
        groups = [order[labels[order] == label] for label in np.unique(labels)]
        shares = [group[: int(self.validation_fraction * len(group))] for group in groups]
        held_out = np.sort(np.concatenate(shares))
        if not len(held_out):
            held_out = max(groups, key=len)[1:2]
        if not len(held_out):
            return data, None  # one label of each class, and nothing else
        rest = np.setdiff1d(order, held_out)
        return data.take(torch.from_numpy(rest)), data.take(torch.from_numpy(held_out))

    def _set_learned(self, trainer: Trainer, everything: Batch, judged: Batch) -> None:
        self.classifier_.eval()
        super()._set_learned(trainer, self._guessed(everything), self._guessed(judged))

    def _guessed(self, batch: Batch) -> Batch:
        assert batch.labels is not None
        guess = torch.from_numpy(self._log_probabilities(batch.x.numpy()).argmax(1))
        numbers = torch.where(batch.labels < 0, guess, batch.labels)
        (condition,) = batch.conditions
        return replace(batch, conditions=(torch.eye(condition.shape[1])[numbers],))
