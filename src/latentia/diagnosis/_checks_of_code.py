"""Checks of the code: whether it is used, how sure it is, and where the prior expects it."""

from __future__ import annotations

import math

import numpy as np

from latentia.diagnosis._advice import advise
from latentia.diagnosis._finding import Finding
from latentia.diagnosis._thresholds import FEW_STEPS, USED, is_collapsed, is_costly
from latentia.diagnosis._vitals import Vitals

# In standard deviations of the prior. Below, a code is a point but for rounding, and its price has
# hit the bound that heads hold scales in (9e-4); above, draws land where no example is.
_VANISHED, _EXPLODED = 2e-3, 10.0
# Squared discrepancy, of 2 at most: about that of codes half or twice as wide as a normal prior in
# all dimensions, or two thirds of a standard deviation off. Healthy codes stay below 0.01.
_FAR = 0.05
# Of the widest feature: what a feature that does not move differs by is rounding.
_STILL = 1e-3
# A tenth of all features; one of a few is lost by chance.
_DEAD_SHARE = 0.1
# Of the words, or of half the vectors that were looked up where those are fewer: of words that are
# all as frequent, seven in eight are met by twice as many vectors.
_WORDS_USED, _VECTORS_PER_WORD = 0.5, 2
# Two ways to a smaller code, of which an estimator has one.
_FEWER, _FEWER_LAYERED = "ask for fewer {n_components}", "ask for fewer codes in {layers}"


def posterior_collapse(vitals: Vitals) -> Finding | None:
    """The code of a distribution says nothing of the example."""
    if not is_collapsed(vitals) or vitals.fit.n_steps < FEW_STEPS:
        return None
    told = vitals.code.information
    measured = f"the code tells {max(told, 0):.2g} nats of its example"
    if vitals.beta > 1:
        cause = f"{measured}, for beta={vitals.beta:g} makes each nat cost more than it gains."
        advice = advise(vitals, "lower it: {beta}=1.0 or less")
        return Finding("posterior collapse", told, cause, *advice)
    if vitals.likelihood == "normal-unit":
        cause = f"{measured}, for a scale of 1 takes all that varies for noise."
        advice = advise(vitals, "learn the scale: {likelihood}='normal'")
        return Finding("posterior collapse", told, cause, *advice)
    if "beta" not in vitals.options:
        cause = f"{measured}, for its units are much the same whatever the example."
        return Finding(
            "posterior collapse",
            told,
            cause,
            *advise(vitals, "raise {learning_rate} or {max_iter}"),
        )
    cause = f"{measured}, for early in training the divergence costs more than the code gains."
    advice = advise(
        vitals,
        "let the divergence grow from nothing, as in model annealed-vae (a schedule as {beta})",
        "grant some nats, as in free-bits-vae ({free_bits})",
    )
    return Finding("posterior collapse", told, cause, *advice)


def costly_code(vitals: Vitals) -> Finding | None:
    """A weight above 1 on the divergence has cost the reconstructions."""
    code, fit = vitals.code, vitals.fit
    if not is_costly(vitals):
        return None
    cause = (
        f"beta={vitals.beta:g} leaves {code.n_active} of {vitals.n_components} codes in use, and "
        f"{fit.explained:.0%} of the variance explained."
    )
    advice = advise(vitals, "lower {beta}", _FEWER, _FEWER_LAYERED)
    return Finding("beta too high", vitals.beta, cause, *advice)


def unused_codes(vitals: Vitals) -> Finding | None:
    """More than half of the dimensions of a distribution say nothing."""
    code = vitals.code
    n_unused = vitals.n_components - code.n_active
    if (
        code.deterministic
        or vitals.beta > 1
        or is_collapsed(vitals)
        or code.n_active >= USED * vitals.n_components
        or vitals.fit.n_steps < FEW_STEPS
    ):
        return None
    cause = (
        f"{n_unused} of {vitals.n_components} codes do not vary with the example: the data have "
        "no more to say at this noise, or these codes collapsed early."
    )
    advice = advise(
        vitals,
        f"take {{n_components}}={max(1, code.n_active)}",
        _FEWER_LAYERED,
        "lower {beta} if details are missing",
    )
    return Finding("unused codes", n_unused, cause, *advice, severity="minor")


def vanishing_variance(vitals: Vitals) -> Finding | None:
    """The posterior of some dimension is as good as a point."""
    noise = vitals.code.noise
    if noise is None or vitals.code.space != "real" or (least := float(noise.min())) > _VANISHED:
        return None
    cause = (
        f"the smallest posterior standard deviation is {least:.2g} of the prior's: the divergence "
        "hardly counts beside the reconstruction."
    )
    advice = advise(
        vitals, "raise {beta}", "learn the scale of the {likelihood}", "use an Autoencoder"
    )
    return Finding("vanishing posterior variance", least, cause, *advice)


def exploding_variance(vitals: Vitals) -> Finding | None:
    """The posterior of some dimension is much wider than the prior."""
    noise = vitals.code.noise
    if noise is None or vitals.code.space != "real" or (most := float(noise.max())) < _EXPLODED:
        return None
    cause = (
        f"the largest posterior standard deviation is {most:.2g} of the prior's: steps were too "
        "long, or nothing in the loss holds it."
    )
    advice = advise(vitals, "lower {learning_rate}", "set {clip_norm}", "raise {beta} from 0")
    return Finding("exploding posterior variance", most, cause, *advice)


def far_from_prior(vitals: Vitals) -> Finding | None:
    """Codes lie where the prior, from which samples are drawn, does not."""
    code = vitals.code
    if code.mmd is None or not code.differs or code.mmd < _FAR or vitals.fit.n_steps < FEW_STEPS:
        return None
    assert code.shift is not None and code.width is not None
    j = int(np.argmax(np.abs(code.shift) + np.abs(np.log(np.maximum(code.width, 1e-6)))))
    cause = (
        f"the squared discrepancy of all codes from the prior is {code.mmd:.2g}, of 2 at most; "
        f"dimension {j + 1} lies {code.shift[j]:+.2g} standard deviations off and is "
        f"{code.width[j]:.2g} as wide, so samples decode codes that no example has."
    )
    advice = advise(vitals, "raise {beta}", "learn the prior ({prior}='vamp')", "call fit_sampler")
    return Finding("codes far from the prior", code.mmd, cause, *advice)


def dead_features(vitals: Vitals) -> Finding | None:
    """Features of a deterministic code never move."""
    code = vitals.code
    if not code.deterministic or code.codebook is not None:
        return None
    spread = np.sqrt(code.variance)
    dead = int((spread <= _STILL * spread.max()).sum())
    if dead <= _DEAD_SHARE * len(spread):
        return None
    cause = (
        f"{dead} of {len(spread)} features of the code are the same for every example: their "
        "units are stuck where the activation is flat, or a penalty put them out."
    )
    advice = advise(
        vitals,
        "lower {learning_rate} or {penalty_weight}",
        "use {code}='tanh'",
        _FEWER,
        _FEWER_LAYERED,
    )
    return Finding("dead features", dead, cause, *advice)


def dead_codebook(vitals: Vitals) -> Finding | None:
    """Most words of a codebook stand for nothing."""
    book = vitals.code.codebook
    if book is None:
        return None
    met = min(book.n_words, book.n_vectors / _VECTORS_PER_WORD)
    if book.n_used >= _WORDS_USED * met:
        return None
    cause = (
        f"{book.n_used:,} of {book.n_words:,} codewords stand for all {book.n_vectors:,} vectors, "
        f"and tell as much as {book.perplexity:.3g} equally frequent words: the others lost their "
        "vectors, or never had any."
    )
    words = 2 ** max(1, math.floor(math.log2(max(2.0, book.perplexity))))
    advice = advise(
        vitals,
        f"take n_codes={words} in the head that {{code}} is",
        "a larger {batch_size} for the start",
        "Quantization(revive_below=0.01) as {penalty}",
    )
    return Finding("dead codebook", book.n_used, cause, *advice)
