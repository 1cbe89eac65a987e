"""The deterministic autoencoder."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import Amortized
from latentia.errors import IncompatiblePartsError, OvercompleteWarning
from latentia.estimators._coding import ROWS
from latentia.estimators._companions import with_companion
from latentia.estimators._likelihood import check_head, make_head
from latentia.estimators._paragraphs import documented
from latentia.estimators._parameters import as_corruption
from latentia.estimators._single_code import SingleCode
from latentia.heads import Head, Quantizer, TopK, codes
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP, TiedMLP
from latentia.objectives import Objective, Reconstruction


@documented
@dataclass(eq=False, repr=False)
class Autoencoder(SingleCode):
    r"""An autoencoder: a code from which the input can be predicted.

    .. math:: z = E(x), \quad \tilde x = D(z), \quad
              \min_{E, D} \tfrac{1}{n} \sum_i -\log p(x_i \mid D(E(x_i)))

    in nats, summed over features. With ``hidden_layer_sizes=()`` and a normal likelihood of one
    scale it spans the space of PCA. After ``fit``, ``sample`` draws codes from a normal
    distribution fitted to the codes of the data.

    Parameters
    ----------
    code : str or callable, default="identity"
        What the code is: a name in ``heads.codes``, such as "sigmoid" or "top-k", or a function of
        the code's shape that returns a Head, such as ``partial(heads.TopK, k=5)``. The codebook of
        "vector-quantized" learns by ``objectives.Quantization``, which is added by itself unless
        ``penalty`` names it.
    tied : bool, default=False
        The decoder's weights are the encoder's, transposed; only with ``network="mlp"``.
    norm : str or None, default=None
        The distance to reconstruct by instead of the likelihood: a name in ``objectives.norms``.
    code_corruption : str, callable or None, default=None
        What spoils the code before the decoder in training, as ``corruption`` does the input;
        "nested-dropout" orders the code by importance.
    <code size>
    <network parameters>
    <condition parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>

    Warns
    -----
    OvercompleteWarning
        If the code has at least as many dimensions as the data and nothing keeps the model from
        copying its input.

    References
    ----------
    G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks.
    2006.
    P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989. With
    ``hidden_layer_sizes=()`` and ``code="identity"``.
    J. Masci et al. Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction. 2011.
    With ``network="convolutional"``.
    L. Gondara. Medical Image Denoising Using Convolutional Denoising Autoencoders. 2016. With
    ``network="convolutional"`` and ``corruption``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import Autoencoder
    >>> X = load_iris().data
    >>> ae = Autoencoder(n_components=2, max_iter=5, random_state=0, verbose=False).fit(X)
    >>> ae.transform(X).shape, ae.reconstruct(X).shape
    ((150, 2), (150, 4))
    """

    _: KW_ONLY
    code: str | Callable[..., Head] = "identity"
    tied: bool = False
    norm: str | None = None
    code_corruption: str | Callable[[Tensor], Tensor] | None = None

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        encoder = self._amortized_encoder(event_shape)
        if self.tied:
            return LatentVariableModel(encoder, self._tied_decoder(encoder, event_shape))
        return LatentVariableModel(encoder, self._amortized_decoder(event_shape))

    def _code_head(self) -> Head:
        make = lookup(codes, self.code, "code") if isinstance(self.code, str) else self.code
        return check_head(make(self.n_components), "code", self.code)

    def _tied_decoder(self, encoder: Amortized, event_shape: tuple[int, ...]) -> Amortized:
        head = make_head(self.likelihood_, event_shape)
        if self._context:
            raise IncompatiblePartsError(
                "tied=True and condition='y' do not fit: the transposed weights of the encoder "
                "have none for the condition. Use tied=False, or condition=None."
            )
        if not isinstance(encoder.net, MLP) or head.n_params != math.prod(event_shape):
            raise IncompatiblePartsError(
                f"tied=True and network={self.network!r} with likelihood={self.likelihood_!r} do "
                "not fit: transposed weights give one number for each feature. Use network='mlp' "
                "and a likelihood without a predicted scale, or tied=False."
            )
        return Amortized(TiedMLP(encoder.net, **self._layers()), head)

    def _objective(self) -> Objective:
        corruption = as_corruption(self.code_corruption, "code_corruption")
        reconstruction = Reconstruction(self.norm, code_corruption=corruption)
        return with_companion(reconstruction, self._penalties(), self.model_)

    def _cost(self) -> Objective:
        return Reconstruction(self.norm)

    def _before_training(self, array: np.ndarray) -> None:
        kept_from_copying = (
            bool(self.penalty)
            or self.corruption is not None
            or self.code_corruption is not None
            or isinstance(cast(Amortized, self.model_.encoder).head, TopK | Quantizer)
            or self.dropout > 0
        )
        n_features = math.prod(self.event_shape_)
        if self.n_components >= n_features and not kept_from_copying:
            warnings.warn(
                f"A code of {self.n_components} dimensions for {n_features} "
                "feature(s) may copy every input, and then tells nothing of the data: take fewer "
                "codes, or add a corruption, a penalty, or code='top-k'.",
                OvercompleteWarning,
                stacklevel=3,
            )

    def _learn_from(self, everything: Batch) -> None:
        if self.norm is None or self.decoder_.space != "real":
            return
        # Nothing but the residuals can tell the likelihood its scale then.
        x = self.scaling_(everything.x[:ROWS].to(self._device))
        c = [condition[:ROWS].to(x) for condition in everything.conditions]
        with torch.no_grad():
            residuals = x - self.model_.decode(self.model_.encode(x, *c), *c)
            cast(Amortized, self.decoder_).head.start_from(residuals)

    def score_samples(self, X: object, y: object = None) -> object:
        """Return minus the energy of each example, how well it is reconstructed.

        Without penalties and ``norm`` this is log p(x|E(x)) in nats, in the units of the data. It
        is not log p(x), since a deterministic code has no density; it ranks examples.
        """
        return super().score_samples(X, y)

    def _log_jacobian(self) -> Tensor | float:
        return super()._log_jacobian() if self.norm is None else 0.0
