"""What is advised can be done: every parameter that a finding names is one of the estimator."""

import re
from dataclasses import replace

import numpy as np
import pytest

from latentia import EnergyAutoencoder, RestrictedBoltzmannMachine, data, recipes
from latentia.diagnosis import CodebookVitals, CodeVitals, FitVitals, Vitals, checks, measure

FOUR = np.ones(4)
HEALTHY = Vitals(
    n_examples=1000,
    n_features=4,
    n_components=4,
    options=frozenset(),
    beta=1.0,
    likelihood="normal",
    priced=True,
    feature_spread=FOUR,
    feature_size=1.0,
    code=CodeVitals(
        deterministic=False,
        space="real",
        variance=FOUR,
        kl=FOUR,
        noise=0.5 * FOUR,
        information=4.0,
        ceiling=6.9,
        shift=0 * FOUR,
        width=FOUR,
        mmd=0.0,
        n_active=4,
    ),
    fit=FitVitals(error=1.0, mean_error=4.0, pca_error=1.0, held_out_error=1.1, n_steps=5000),
)


def changed(code=(), fit=(), **of_all):
    return replace(
        HEALTHY,
        code=replace(HEALTHY.code, **dict(code)),
        fit=replace(HEALTHY.fit, **dict(fit)),
        **of_all,
    )


FALLING = list(np.linspace(10, 1, 50))
NOTHING = {"information": 0.0, "n_active": 0}
ILL = {
    "collapsed": changed(NOTHING),
    "collapsed by its price": changed(NOTHING, beta=50.0),
    "collapsed by its scale": changed(NOTHING, likelihood="normal-unit"),
    "costly": changed({"n_active": 1}, beta=5.0),
    "unused": changed({"n_active": 1}),
    "vanished": changed({"noise": 1e-4 * FOUR}),
    "exploded": changed({"noise": 1e4 * FOUR}),
    "far": changed({"mmd": 1.0, "differs": True}),
    "still": changed({"deterministic": True, "variance": np.array([1.0, 0, 0, 0])}),
    "of dead words": changed({"codebook": CodebookVitals(512, 3, 5000, 2.5)}),
    "of one large feature": changed(feature_spread=np.array([1.0, 1.0, 1e5, 1.0])),
    "large": changed(feature_size=1e5),
    "hasty": changed(fit={"error": 3.9, "n_steps": 3}),
    "unfinished": changed(fit={"error": 3.9, "loss": FALLING}),
    "settled": changed(fit={"error": 3.9}),
    "learned by heart": changed(fit={"held_out_error": 9.0}),
    "a copy": changed(fit={"noise_explained": 0.99, "data_explained": 1.0}),
    "exact": changed(fit={"likelihood_scale": 1e-3}),
    "certain": changed(fit={"overconfident": 0.5}),
}
ESTIMATORS = dict.fromkeys(recipe.estimator for recipe in recipes.recipes.values())
PARAMETERS = {cls.__name__: frozenset(cls().get_params(deep=False)) for cls in ESTIMATORS}
ALL = frozenset().union(*PARAMETERS.values())
#: What looks like a parameter and is none of an estimator: those of parts, and a method.
OTHERS = {"n_codes", "revive_below", "fit_sampler"}


def findings(vitals, options=ALL):
    vitals = replace(vitals, options=options)
    return [finding for check in checks if (finding := check(vitals)) is not None]


def test_the_healthy_one_has_no_finding_and_every_check_finds_its_fault():
    assert findings(HEALTHY) == []
    names = {finding.name for vitals in ILL.values() for finding in findings(vitals)}
    assert len(names) == len(checks)


@pytest.mark.parametrize("estimator", PARAMETERS)
@pytest.mark.parametrize("fault", ILL)
def test_advice_names_parameters_that_there_are(fault, estimator):
    options = PARAMETERS[estimator]
    if "beta" not in options and ILL[fault].beta != 1:
        return  # no such model
    for finding in findings(ILL[fault], options):
        assert set(finding.options) <= options, finding
        assert finding.options or "fit_sampler" in finding.advice, finding
        assert all(re.search(rf"\b{name}\b", finding.advice) for name in finding.options)
        named = set(re.findall(r"\b\w+_\w+\b|\w+(?==)|\bbeta\b", finding.advice))
        assert named <= options | OTHERS, finding


def test_the_inverse_temperature_of_an_energy_is_no_price():
    x = data.load("iris").X[:30]
    settings = {"max_iter": 1, "random_state": 0, "verbose": False}
    model = EnergyAutoencoder(1, hidden_layer_sizes=(4,), n_steps=2, n_restarts=1, **settings)
    vitals = measure(model.fit(x), x)
    assert vitals.beta == 1 and "beta" not in vitals.options


def test_a_boltzmann_machine_is_not_asked_for_a_price():
    x = (data.load("digits", n=100).X > 8).astype(float)
    model = RestrictedBoltzmannMachine(8, max_iter=1, random_state=0, verbose=False).fit(x)
    vitals = measure(model, x)
    still = replace(vitals, fit=replace(vitals.fit, n_steps=5000))
    (collapse,) = (f for f in findings(still, vitals.options) if f.name == "posterior collapse")
    assert collapse.options == ("learning_rate", "max_iter")
    assert "divergence" not in collapse.cause
