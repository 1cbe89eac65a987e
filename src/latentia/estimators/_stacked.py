"""Autoencoders trained one on the codes of another, then unrolled into one deep model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from latentia._names import lookup
from latentia.conditional import Composed, Identity
from latentia.estimators._autoencoder import Autoencoder
from latentia.estimators._layered import LayeredEstimator
from latentia.estimators._paragraphs import documented
from latentia.estimators._rules import PART, Rule
from latentia.models import LatentVariableModel
from latentia.objectives import Objective, Reconstruction, objectives


@documented
@dataclass(eq=False, repr=False)
class StackedAutoencoder(LayeredEstimator):
    r"""A deep autoencoder, pre-trained layer by layer.

    .. math:: h_0 = x, \quad h_l = E_l(h_{l-1}), \quad
              \min_{E_l, D_l} \tfrac{1}{n} \sum_i C(h_{l-1}, D_l(h_l)), \quad l = 1, \dots, L

    Each layer is an autoencoder of the codes below it, which stay as they are; no labels are used.
    Then encoders and decoders are chained into one deep model,
    :math:`\tilde x = D_1(\dots D_L(E_L(\dots E_1(x))))`, which is trained as a whole.

    Parameters
    ----------
    layers : sequence of int, default=(256, 64)
        Units of each layer, the last of which is the code.
    of : estimator, sequence of estimators or None, default=None
        What a layer is trained as, one for all or one for each: its network, corruption, penalty,
        norm, code and training; a network without ``hidden_layer_sizes`` has none. A
        ``RestrictedBoltzmannMachine`` is unrolled into an encoder and a decoder that start from its
        weights. None is ``Autoencoder(code="sigmoid")``. Size, scaling, seed, device, precision,
        determinism, checkpoints and verbosity are set from here. So is the likelihood, unless it is
        "auto" here and the first layer has one: codes in (0, 1) are predicted as rates, and others
        as normal with one learned scale.
    fine_tune : bool, default=True
        Train the unrolled model as a whole; the parameters below say how. False keeps the layers as
        they were pre-trained, and the history empty.
    objective : str or callable, default="reconstruction"
        What the unrolled model is trained by: a name in ``objectives.objectives``, or a function
        without arguments that returns an Objective, such as
        ``objectives.DifferenceTargetPropagation``, which gives every layer a target of its own.
    <model parameters>
    <training parameters>

    Attributes
    ----------
    layers_ : list of estimators
        The layers as they were pre-trained, fitted each; not kept on disk.
    <shared attributes>

    References
    ----------
    G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks.
    2006.
    Y. Bengio, P. Lamblin, D. Popovici, H. Larochelle. Greedy Layer-Wise Training of Deep Networks.
    2007.
    P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio, P.-A. Manzagol. Stacked Denoising Autoencoders:
    Learning Useful Representations in a Deep Network with a Local Denoising Criterion. 2010.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import Autoencoder, StackedAutoencoder
    >>> X = load_digits().data / 16
    >>> layer = Autoencoder(code="sigmoid", max_iter=2)
    >>> deep = StackedAutoencoder([32, 8], of=layer, max_iter=2, random_state=0, verbose=False)
    >>> deep.fit(X).transform(X).shape
    (1797, 8)
    """

    _: KW_ONLY
    objective: str | Callable[[], Objective] = "reconstruction"

    _rules: ClassVar[dict[str, Rule]] = {"objective": PART}

    _layer_in_words: ClassVar[str] = "an autoencoder such as Autoencoder(code='sigmoid')"

    def _default_layer(self) -> Autoencoder:
        return Autoencoder(code="sigmoid")

    def _joined(self, layers: Sequence[Any], models: Sequence[Any]) -> LatentVariableModel:
        pairs = [layer._unrolled(model) for layer, model in zip(layers, models, strict=True)]
        top = Identity(self.n_components_, pairs[-1][0].space)
        encoder = Composed(*(up for up, _ in pairs), top)
        return LatentVariableModel(encoder, Composed(*(down for _, down in reversed(pairs))))

    def _objective(self) -> Objective:
        asked = self.objective
        made = (lookup(objectives, asked, "objective") if isinstance(asked, str) else asked)()
        if not isinstance(made, Objective):
            raise ValueError(
                f"objective={asked!r:.80} must return an Objective, but returned {made!r:.80}."
            )
        return made

    def _cost(self) -> Objective:
        return Reconstruction()
