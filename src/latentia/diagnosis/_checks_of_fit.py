"""Checks of the data, of training and of reconstructions."""

from __future__ import annotations

import math

import numpy as np

from latentia.diagnosis._advice import advise
from latentia.diagnosis._finding import Finding
from latentia.diagnosis._thresholds import FEW_STEPS, WORSE_THAN_PCA, is_collapsed, is_costly
from latentia.diagnosis._vitals import Vitals

# A feature whose spread is thirty times the usual one has a thousand times its part in the error.
_WIDER = 30.0
# Root mean square of what a network is given. Its weights start for inputs near 1.
_LARGE, _SMALL = 100.0, 1e-3
# Share of variance: less than that is what the mean does.
_LIKE_THE_MEAN = 0.05
# A curve that still falls by a fiftieth of its whole way in its last tenth has not ended.
_STILL_FALLS, _LAST = 0.02, 0.1
_SHORTEST_CURVE = 20
# Held-out errors by those of training: twice is more than what unlike halves of small data do.
_OVERFITTED = 2.0
# Below that share of the variance an error is small whatever it is compared with.
_NEGLIGIBLE = 0.01
# Errors below this share of the variance are rounding.
_ROUNDING = 1e-9
# A model copies that explains more than half of the variance of noise, nearly as much as of data.
_COPIED, _ALIKE = 0.5, 0.9
# Heads hold scales above 9e-4.
_SCALE_FLOOR = 2e-3
# Ten times the share that 99.9% certainty allows.
_WRONG = 0.01


def unscaled_inputs(vitals: Vitals) -> Finding | None:
    """Features differ by orders of magnitude, or all are far from 1."""
    if vitals.feature_spread is None:
        return None
    spread = vitals.feature_spread[vitals.feature_spread > 0]
    if len(spread) == 0:
        return None
    ratio = float(spread.max() / np.median(spread))
    advice = advise(vitals, "scale features: {scaling}='standard', or 'auto'")
    if ratio > _WIDER and len(spread) > 1:
        widest = int(np.argmax(vitals.feature_spread)) + 1
        cause = (
            f"feature {widest} varies {ratio:,.3g} times as much as the usual one as the model "
            "sees them, so that the loss is of that feature alone."
        )
        return Finding("unscaled inputs", ratio, cause, *advice)
    if _SMALL < vitals.feature_size < _LARGE:
        return None
    cause = (
        f"features reach a root mean square of {vitals.feature_size:.3g} as the model sees them, "
        "far from the size near 1 that networks start for."
    )
    return Finding("unscaled inputs", vitals.feature_size, cause, *advice)


def underfitting(vitals: Vitals) -> Finding | None:
    """Reconstructions are worse than those of PCA, or no better than the mean."""
    fit = vitals.fit
    few = fit.n_steps < FEW_STEPS
    if not fit.mean_error > 0 or (is_collapsed(vitals) and not few):
        return None  # to reconstruct the mean is what a collapsed code does
    if is_costly(vitals):
        return None  # the price is the cause
    if fit.explained < _LIKE_THE_MEAN:
        than = f"the squared error is {1 - fit.explained:.3g} times that of the mean of the data"
        return Finding("underfitting", fit.explained, *_why(vitals, than))
    if fit.pca_error is None:
        return None
    ratio = fit.error / max(fit.pca_error, _ROUNDING * fit.mean_error)
    if ratio < WORSE_THAN_PCA[vitals.priced] or fit.error < _NEGLIGIBLE * fit.mean_error:
        return None
    than = f"the squared error is {ratio:.2f} times that of PCA with as many codes"
    return Finding("underfitting", ratio, *_why(vitals, than))


def overfitting(vitals: Vitals) -> Finding | None:
    """Examples that were not trained on are reconstructed, or predicted, much worse."""
    fit = vitals.fit
    if fit.held_out_error is not None:
        ratio = fit.held_out_error / max(fit.error, _ROUNDING * fit.mean_error)
        small = fit.held_out_error < _NEGLIGIBLE * fit.mean_error
        measured = f"the error of examples not trained on is {ratio:.3g} times that of training"
    else:
        ratio, small = _generalisation(vitals), False
        measured = f"the held-out loss is worth an error {ratio:.3g} times that of training"
    if not ratio > _OVERFITTED or small:
        return None
    cause = f"{measured}: the model knows single examples, or the data are of another kind."
    advice = advise(
        vitals,
        "give it more data",
        "let {early_stopping} end training",
        "use smaller {hidden_layer_sizes}",
        "use smaller {layers}",
        "spoil its input ({corruption}='masking')",
    )
    return Finding("overfitting", ratio, cause, *advice)


def copying(vitals: Vitals) -> Finding | None:
    """A code as wide as the data copies whatever it is given."""
    noise, data = vitals.fit.noise_explained, vitals.fit.data_explained
    if noise is None or data is None or not noise > max(_COPIED, _ALIKE * data):
        return None
    cause = (
        f"{noise:.1%} of the variance of shuffled data is reconstructed, beside {data:.1%} of the "
        f"data: {vitals.n_components} codes for {vitals.n_features} features can copy."
    )
    advice = advise(
        vitals,
        "take fewer {n_components}",
        "take fewer codes in {layers}",
        "add a {corruption} or a {penalty}",
        "use {code}='top-k'",
    )
    return Finding("copying", noise, cause, *advice)


def saturated_scale(vitals: Vitals) -> Finding | None:
    """The learned scale of the likelihood is at its floor."""
    scale = vitals.fit.likelihood_scale
    if scale is None or scale > _SCALE_FLOOR:
        return None
    cause = (
        f"the likelihood has learned a scale of {scale:.2g}, the smallest there is: something is "
        "reconstructed exactly, and log-likelihoods mean nothing."
    )
    advice = advise(
        vitals,
        "look for features that repeat others or take few values",
        "use {likelihood}='normal-unit'",
        "take fewer {n_components}",
        "take fewer codes in {layers}",
    )
    return Finding("saturated likelihood", scale, cause, *advice)


def overconfidence(vitals: Vitals) -> Finding | None:
    """Binary values are predicted with more certainty than they come true."""
    wrong = vitals.fit.overconfident
    if wrong is None or wrong < _WRONG:
        return None
    cause = (
        f"{wrong:.1%} of the values predicted with more than 99.9% certainty are otherwise: "
        "logits have run to the extremes."
    )
    advice = advise(
        vitals, "let {early_stopping} end training", "set {weight_decay}", "give it more data"
    )
    return Finding("overconfident likelihood", wrong, cause, *advice)


def _why(vitals: Vitals, than: str) -> tuple[str, str, tuple[str, ...]]:
    """Return cause, advice and its parameters for an underfitted model."""
    if vitals.fit.n_steps < FEW_STEPS:
        cause = f"{than}: {vitals.fit.n_steps:,} steps are hardly any training."
        return cause, *advise(vitals, "raise {max_iter}, by default about 20,000 steps")
    if _still_falls(vitals.fit.loss):
        cause = f"{than}: the loss was still falling when training ended."
        return cause, *advise(vitals, "raise {max_iter} or {learning_rate}")
    cause = f"{than}: the loss has settled where a linear code is better."
    return cause, *advise(
        vitals,
        "use larger {hidden_layer_sizes}",
        "use larger {layers}",
        "another {learning_rate}",
        "a smaller {penalty} or {corruption}",
    )


def _still_falls(loss: list[float]) -> bool:
    if len(loss) < _SHORTEST_CURVE:
        return False
    n = max(1, round(_LAST * len(loss)))
    before, last = np.mean(loss[-2 * n : -n]), np.mean(loss[-n:])
    return bool(before - last > _STILL_FALLS * (loss[0] - last))


def _generalisation(vitals: Vitals) -> float:
    """Return what the held-out loss of the kept weights says of errors there; NaN without one.

    With a normal likelihood whose scale fits the d features in training, a gap of g nats is an
    error 1 + 2 g / d times as large. Losses that are no densities compare as they are.
    """
    fit = vitals.fit
    if not 1 <= fit.kept <= min(len(fit.loss), len(fit.validation_loss)):
        return math.nan
    train, held_out = fit.loss[fit.kept - 1], fit.validation_loss[fit.kept - 1]
    if fit.density:
        return 1 + 2 * (held_out - train) / vitals.n_features
    return held_out / train if train > 0 else math.nan
