"""Every mixture of parts trains, or is refused with a reason; nothing in between."""

from __future__ import annotations

import itertools
import math
import re

import pytest
import torch

from latentia import conditional, corruptions, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.training import Trainer, seeded

ELBO, Reconstruction = objectives.ELBO, objectives.Reconstruction
OBJECTIVES = {
    **objectives.objectives,
    "beta": lambda: ELBO(beta=4.0),
    "capacity": lambda: ELBO(capacity=1.0),
    "ciwae": lambda: 0.5 * ELBO() + 0.5 * objectives.IWAE(),
    "dip": lambda: ELBO() + objectives.DIP(),
    "free-bits": lambda: ELBO(free_bits=0.1, n_samples=2),
    "mmd": lambda: Reconstruction() + 10.0 * objectives.MMD(),
    "sticking-the-landing": lambda: ELBO(gradient="sticking-the-landing"),
    "total-correlation": lambda: ELBO() + 5.0 * objectives.TotalCorrelation(),
}
PRIORS = {
    **priors.priors,
    "full": lambda encoder: priors.Normal(torch.ones(4), 2 * torch.eye(4)),
    "none": lambda encoder: None,
}
LIKELIHOODS = list(heads.likelihoods)
CORRUPTIONS = [None, *(make() for n, make in corruptions.corruptions.items() if "block" not in n)]

#: Posteriors and priors of the same space; the others have real codes. "vamp" is of any.
SPACES = {
    "one-hot": ({"categorical"}, {"categorical"}),
    "simplex": ({"gumbel-softmax"}, {"gumbel-softmax"}),
    "sphere": ({"von-mises-fisher", "power-spherical"}, {"uniform-sphere"}),
}
ANY = set(OBJECTIVES)
NO_DENSITY = {"adversarial", "mmd", "reconstruction"}
SPHERES = {"von-mises-fisher", "power-spherical"}
FLOWS = {"flow", "inverse-autoregressive"}
CATEGORIES = {"categorical", "gumbel-softmax"}
TOGETHER = {"full", "low-rank"} | SPHERES | FLOWS | CATEGORIES

#: What does not fit although the spaces do: posteriors, priors, objectives, a word of the reason.
REFUSED = [
    (SPHERES | CATEGORIES, set(PRIORS), {"factor"}, "Factor and codes"),
    ({"delta"}, set(PRIORS), ANY - NO_DENSITY, "deterministic encoder"),
    (set(heads.posteriors), {"none"}, ANY - {"reconstruction"}, "has none"),
    ({"delta"}, {"vamp"}, {"adversarial", "mmd"}, "Vamp and a deterministic"),
    (TOGETHER | {"student-t"}, set(PRIORS), {"free-bits"}, "free_bits"),
    (
        {"diagonal", "laplace"},
        set(PRIORS) - {"standard", "learned"},
        {"free-bits"},
        "free_bits",
    ),
    (TOGETHER, set(PRIORS), {"total-correlation"}, "TotalCorrelation"),
    (SPHERES | FLOWS | CATEGORIES, set(PRIORS), {"dip"}, "DIP of kind 'ii'"),
]


def space_of(name, side):
    return next((s for s, names in SPACES.items() if name in names[side]), "real")


def reason(posterior, prior, objective):
    if prior not in ("vamp", "none") and space_of(posterior, 0) != space_of(prior, 1):
        return "live in"
    rows = (word for q, p, o, word in REFUSED if posterior in q and prior in p and objective in o)
    return next(rows, None)


def build(posterior, likelihood, prior, context):
    q, p = heads.posteriors[posterior](4), heads.likelihoods[likelihood](6)
    encoder = conditional.Amortized(networks.MLP(6, q.n_params, context=context), q)
    decoder = conditional.Amortized(networks.MLP(4, p.n_params, context=context), p)
    return models.LatentVariableModel(encoder, decoder, prior(encoder))


def train(model, objective, corruption, context):
    x = torch.bernoulli(torch.full((20, 6), 0.4))
    c = (torch.randn(20, context),) if context else ()
    history = Trainer(model, objective, corruption=corruption).fit(models.Batch(x, c), epochs=1)
    assert all(math.isfinite(v) for record in history.records for v in record.values())


CELLS = list(itertools.product(heads.posteriors, PRIORS, OBJECTIVES))


@pytest.mark.parametrize("index", range(len(CELLS)), ids=lambda i: "-".join(CELLS[i]))
def test_trains_or_is_refused_with_its_reason(index):
    posterior, prior, objective = CELLS[index]
    # Beside these three everything fits everything, so the cells take turns with the rest.
    likelihood = LIKELIHOODS[index % len(LIKELIHOODS)]
    corruption = CORRUPTIONS[index % len(CORRUPTIONS)]
    context = 3 * (index % 2)
    expected = reason(posterior, prior, objective)

    def run():
        with seeded(0):
            model = build(posterior, likelihood, PRIORS[prior], context)
            train(model, OBJECTIVES[objective](), corruption, context)

    if expected is None:
        run()
        return
    with pytest.raises(IncompatiblePartsError, match=expected) as refusal:
        run()
    assert re.search(r"\b([Uu]se|[Gg]ive|build it)\b", str(refusal.value)), "no way out is named"


@pytest.mark.parametrize("likelihood", heads.likelihoods)
@pytest.mark.parametrize("posterior", heads.posteriors)
@pytest.mark.parametrize("context", [0, 3])
def test_every_posterior_with_every_likelihood(posterior, likelihood, context):
    objective = Reconstruction() if posterior == "delta" else ELBO()
    with seeded(0):
        model = build(posterior, likelihood, priors.natural_prior, context)
        train(model, objective, None, context)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_draws_without_a_derivative_teach_the_encoder_or_are_refused(name):
    with seeded(0):
        q, p = heads.Bernoulli(4), heads.Bernoulli(6)
        encoder = conditional.Amortized(networks.MLP(6, 4), q)
        decoder = conditional.Amortized(networks.MLP(4, 6), p)
        model = models.LatentVariableModel(encoder, decoder, Coins())
        before = encoder.net.layers[0].weight.clone()
        try:
            train(model, OBJECTIVES[name](), None, 0)
        except IncompatiblePartsError as refusal:
            assert re.search("derivative|free_bits|density|covariance|shuffled", str(refusal))
            assert name not in TAKE_THE_SCORE
        else:
            assert name in TAKE_THE_SCORE
            assert not torch.equal(before, encoder.net.layers[0].weight)


TAKE_THE_SCORE = {
    "beta", "capacity", "ciwae", "constrained", "dip", "divergence", "elbo", "free-bits", "iwae",
    "miwae", "reconstruction", "renyi", "wake-sleep",
}  # fmt: skip


class Coins(conditional.ConditionalDistribution):
    """Four fair coins."""

    space, event_shape = "binary", (4,)

    def forward(self, *conditions):
        batch = conditions[0].shape[:1] if conditions else ()
        return heads.Bernoulli(4)(torch.zeros(*batch, 4))


def test_no_row_of_the_table_is_idle():
    for q, p, o, _ in REFUSED:
        assert q <= set(heads.posteriors)
        assert p <= set(PRIORS)
        assert o <= set(OBJECTIVES)


@pytest.mark.parametrize("name", heads.codes)
def test_every_code_with_a_reconstruction(name):
    with seeded(0):
        q, p = heads.codes[name](4), heads.Bernoulli(6)
        encoder = conditional.Amortized(networks.MLP(6, q.n_params), q)
        decoder = conditional.Amortized(networks.MLP(4, 6), p)
        model = models.LatentVariableModel(encoder, decoder)
        train(model, Reconstruction(), None, 0)
