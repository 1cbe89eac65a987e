"""All checks, and what they find together."""

from __future__ import annotations

from collections.abc import Callable

from latentia.diagnosis import _checks_of_code as code
from latentia.diagnosis import _checks_of_fit as fit
from latentia.diagnosis._finding import Finding
from latentia.diagnosis._vitals import Vitals

#: In the order in which findings are worth reading: what explains others comes first.
checks: tuple[Callable[[Vitals], Finding | None], ...] = (
    fit.unscaled_inputs,
    fit.underfitting,
    code.posterior_collapse,
    code.costly_code,
    code.unused_codes,
    fit.overfitting,
    fit.copying,
    code.vanishing_variance,
    code.exploding_variance,
    code.far_from_prior,
    code.dead_features,
    code.dead_codebook,
    fit.saturated_scale,
    fit.overconfidence,
)


def diagnose(vitals: Vitals) -> list[Finding]:
    """Return what is wrong, the serious first, and nothing for a healthy model.

    Parameters
    ----------
    vitals : Vitals
        From :func:`measure`.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> from latentia import VAE, data
    >>> from latentia.diagnosis import measure
    >>> iris = data.load("iris")
    >>> hasty = VAE(max_iter=1, random_state=0, verbose=False).fit(iris.X)
    >>> [finding.name for finding in diagnose(measure(hasty, iris.X))]
    ['underfitting']
    """
    found = [finding for check in checks if (finding := check(vitals)) is not None]
    return sorted(found, key=lambda finding: finding.severity != "serious")
