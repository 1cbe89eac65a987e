"""The numbers that checks look at, measured once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class CodebookVitals:
    """The codebook of a quantised code.

    Parameters
    ----------
    n_words : int
        Words in the codebook.
    n_used : int
        Words that stand for some vector of the examples.
    n_vectors : int
        Vectors that were looked up: examples times vectors of a code.
    perplexity : float
        The exponential of the entropy of the words in use: how many equally frequent words would
        tell as much.
    """

    n_words: int
    n_used: int
    n_vectors: int
    perplexity: float


@dataclass(frozen=True, eq=False)
class CodeVitals:
    """The code over the examples; arrays have one number for each of its d dimensions.

    Parameters
    ----------
    deterministic : bool
        Whether the posterior is a point mass.
    space : str
        Where codes live, as heads say it.
    variance : ndarray of shape (d,)
        Of the posterior mean, over examples.
    kl : ndarray of shape (d,) or None
        KL from the prior in nats, where it decomposes.
    noise : ndarray of shape (d,) or None
        Standard deviation of the posterior, in standard deviations of the prior; None without a
        prior, or for a point mass.
    information : float
        Mutual information of example and code in nats.
    ceiling : float
        What that number of examples could show at most, in nats.
    shift : ndarray of shape (d,) or None
        Mean of the aggregated posterior less that of the prior, in standard deviations of the
        prior.
    width : ndarray of shape (d,) or None
        Standard deviation of the aggregated posterior, by that of the prior.
    mmd : float or None
        Squared maximum mean discrepancy of the aggregated posterior and the prior.
    differs : bool, default=False
        Whether that is beyond chance.
    n_active : int, default=0
        Dimensions whose posterior mean varies by more than 0.01.
    codebook : CodebookVitals or None, default=None
        Of a quantised code.
    """

    deterministic: bool
    space: str
    variance: np.ndarray
    kl: np.ndarray | None
    noise: np.ndarray | None
    information: float
    ceiling: float
    shift: np.ndarray | None
    width: np.ndarray | None
    mmd: float | None
    differs: bool = False
    n_active: int = 0
    codebook: CodebookVitals | None = None


@dataclass(frozen=True, eq=False)
class FitVitals:
    """How well examples are reconstructed, and how training went.

    Parameters
    ----------
    error : float
        Squared error of the scaled examples, summed over features, mean over examples.
    mean_error : float
        The same of the mean of the examples in place of every reconstruction: their variance.
    pca_error : float or None
        The same of principal components, as many as the code has dimensions in use; None for a
        code that is no vector of real numbers, or not smaller than the data.
    held_out_error : float or None
        ``error`` of examples that were not trained on, where there are any.
    n_steps : int
        Steps of training.
    loss, validation_loss : list of float
        By pass over the data; the second is empty without held-out examples.
    kept : int
        The pass whose weights the model has, counted from 1.
    density : bool
        Whether the loss is a negative log-density in nats, rather than a probability's or a norm.
    likelihood_scale : float or None
        The smallest learned scale of a feature that varies, in units of the scaled data.
    overconfident : float or None
        Of binary values predicted with more than 99.9% certainty, the share that are otherwise.
    noise_explained, data_explained : float or None
        Share of variance reconstructed of shuffled examples and of the examples; None where the
        code has a price, or is smaller than the data.
    """

    error: float
    mean_error: float
    pca_error: float | None
    held_out_error: float | None
    n_steps: int
    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    kept: int = 0
    density: bool = True
    likelihood_scale: float | None = None
    overconfident: float | None = None
    noise_explained: float | None = None
    data_explained: float | None = None

    @property
    def explained(self) -> float:
        """The share of the variance that is reconstructed; NaN where examples do not vary."""
        return 1 - self.error / self.mean_error if self.mean_error > 0 else math.nan


@dataclass(frozen=True, eq=False)
class Vitals:
    """All that is measured of a trained model.

    Parameters
    ----------
    n_examples : int
        Examples measured.
    n_features : int
        Numbers in one example.
    n_components : int
        Numbers in one code.
    options : frozenset of str
        Parameters of the estimator that findings may name; ``beta`` where it weighs a divergence.
    beta : float
        The weight of the divergence; 1 where there is none to set.
    likelihood : str
        Its name.
    priced : bool
        Whether something in the loss speaks against reconstructing well: a divergence, a penalty or
        a corruption.
    feature_spread : ndarray of shape (n_features,) or None
        Standard deviation of each feature as the model sees it; None where the likelihood does not
        leave the scale open, as for counts.
    feature_size : float
        Largest root mean square of a feature, as the model sees it.
    code : CodeVitals
        Of the code.
    fit : FitVitals
        Of reconstructions and training.
    """

    n_examples: int
    n_features: int
    n_components: int
    options: frozenset[str]
    beta: float
    likelihood: str
    priced: bool
    feature_spread: np.ndarray | None
    feature_size: float
    code: CodeVitals
    fit: FitVitals

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the vital signs as lines of a table: name, number and meaning."""
        code, fit = self.code, self.fit
        rows = [
            ("explained variance", f"{fit.explained:.1%}", "of the scaled examples"),
            (
                "information",
                f"{code.information:.3g} nats",
                f"that a code tells of its example; {self.n_examples:,} examples can show "
                f"{code.ceiling:.3g}",
            ),
            ("active codes", f"{code.n_active} of {self.n_components}", "vary with the example"),
        ]
        if fit.pca_error is not None and fit.mean_error > 0:
            share = 1 - fit.pca_error / fit.mean_error
            rows.insert(1, ("PCA explains", f"{share:.1%}", "with as many codes"))
        if fit.held_out_error is not None:
            rows.append(("held-out error", f"{fit.held_out_error:.4g}", f"beside {fit.error:.4g}"))
        if code.kl is not None:
            least, most = float(code.kl.min()), float(code.kl.max())
            rows.append(
                (
                    "KL from the prior",
                    f"{code.kl.sum():.3g} nats",
                    f"from {least:.2g} to {most:.2g} for each dimension",
                )
            )
        if code.mmd is not None:
            beyond = "beyond" if code.differs else "within"
            meaning = f"of all codes from the prior, squared, of 2 at most; {beyond} chance"
            rows.append(("discrepancy", f"{code.mmd:.2g}", meaning))
        if code.codebook is not None:
            book = code.codebook
            rows.append(
                (
                    "codewords",
                    f"{book.n_used:,} of {book.n_words:,}",
                    f"in use, perplexity {book.perplexity:.4g}",
                )
            )
        if fit.likelihood_scale is not None:
            meaning = "the smallest that the likelihood learned, in scaled units"
            rows.append(("scale", f"{fit.likelihood_scale:.2g}", meaning))
        return rows
