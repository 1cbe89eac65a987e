"""Every mixture of parts trains, or is refused with a reason; nothing in between.

``python tests/test_composition.py`` writes docs/refusals.md anew.
"""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

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
    "dip": lambda: ELBO() + objectives.DIP(),
    "free-bits": lambda: ELBO(free_bits=0.1, n_samples=2),
    "mmd": lambda: Reconstruction() + 10.0 * objectives.MMD(),
    "quantized": lambda: Reconstruction() + objectives.Quantization(),
    "score-function": lambda: ELBO(gradient="score-function", n_samples=2),
    "sticking-the-landing": lambda: ELBO(gradient="sticking-the-landing"),
    "total-correlation": lambda: ELBO() + 5.0 * objectives.TotalCorrelation(),
}
CODES = {name: heads.codes[name] for name in ("finite-scalar", "sigmoid", "top-k")}
CODES["vector-quantized"] = lambda shape: heads.VectorQuantized(shape, n_codes=5, n_vectors=2)
POSTERIORS = {**heads.posteriors, **CODES}
PRIORS = {
    **priors.priors,
    "full": lambda encoder: priors.Normal(torch.ones(4), 2 * torch.eye(4)),
    "none": lambda encoder: None,
}
LIKELIHOODS = list(heads.likelihoods)
CORRUPTIONS = [None, *(make() for n, make in corruptions.corruptions.items() if "block" not in n)]

#: Posteriors and priors of the same space; the others have real codes. "vamp" is of any.
SPACES = {
    "one-hot": ({"categorical"}, {"autoregressive", "categorical"}),
    "simplex": ({"gumbel-softmax"}, {"gumbel-softmax"}),
    "sphere": ({"von-mises-fisher", "power-spherical"}, {"uniform-sphere"}),
    "unit": ({"sigmoid"}, set()),
}
ANY, ALL_PRIORS, ALL_POSTERIORS = set(OBJECTIVES), set(PRIORS), set(POSTERIORS)
NO_DENSITY = {"adversarial", "mmd", "quantized", "reconstruction"}
EXACT = {"dreg", "piwae", "sticking-the-landing"}
POINTS = {"delta", *CODES}
SPHERES = {"von-mises-fisher", "power-spherical"}
FLOWS = {"flow", "inverse-autoregressive"}
CATEGORIES = {"categorical", "gumbel-softmax"}
TOGETHER = {"full", "low-rank"} | SPHERES | FLOWS | CATEGORIES

#: What does not fit although the spaces do: posteriors, priors, objectives, a word of the reason.
REFUSED = [
    (SPHERES | CATEGORIES, ALL_PRIORS, {"factor"}, "Factor and codes"),
    (
        {"vector-quantized"},
        ALL_PRIORS,
        ANY - {"quantized"},
        "codes of VectorQuantized do not fit",
    ),
    (POINTS, ALL_PRIORS, ANY - NO_DENSITY, "deterministic encoder"),
    (ALL_POSTERIORS - {"vector-quantized"}, ALL_PRIORS, {"quantized"}, "Quantization and a code"),
    ({"categorical"}, ALL_PRIORS, EXACT, "straight through"),
    (ALL_POSTERIORS, {"none"}, ANY - {"reconstruction", "quantized"}, "has none"),
    (POINTS, {"vamp"}, {"adversarial", "mmd"}, "Vamp and a deterministic"),
    (TOGETHER | {"student-t"}, ALL_PRIORS, {"free-bits"}, "free_bits"),
    ({"diagonal", "laplace"}, ALL_PRIORS - {"standard", "learned"}, {"free-bits"}, "free_bits"),
    (TOGETHER, ALL_PRIORS, {"total-correlation"}, "TotalCorrelation"),
    (SPHERES | FLOWS | CATEGORIES, ALL_PRIORS, {"dip"}, "DIP of kind 'ii'"),
]


def space_of(name, side):
    return next((s for s, names in SPACES.items() if name in names[side]), "real")


def reason(posterior, prior, objective):
    if prior not in ("vamp", "none") and space_of(posterior, 0) != space_of(prior, 1):
        return "live in"
    rows = (word for q, p, o, word in REFUSED if posterior in q and prior in p and objective in o)
    return next(rows, None)


def build(posterior, likelihood, prior, context):
    q, p = POSTERIORS[posterior](4), heads.likelihoods[likelihood](6)
    encoder = conditional.Amortized(networks.MLP(6, q.n_params, context=context), q)
    decoder = conditional.Amortized(networks.MLP(4, p.n_params, context=context), p)
    return models.LatentVariableModel(encoder, decoder, prior(encoder))


def train(model, objective, corruption, context):
    x = torch.bernoulli(torch.full((20, 6), 0.4))
    c = (torch.randn(20, context),) if context else ()
    history = Trainer(model, objective, corruption=corruption).fit(models.Batch(x, c), epochs=1)
    assert all(math.isfinite(v) for record in history.records for v in record.values())


def run(posterior, prior, objective, likelihood="normal", corruption=None, context=0):
    with seeded(0):
        model = build(posterior, likelihood, PRIORS[prior], context)
        train(model, OBJECTIVES[objective](), corruption, context)


def indices(*sides):
    return itertools.product(*(range(len(side)) for side in sides))


# Every pair of parts is met, and a fifth of the triples; the rest takes turns beside them.
CELLS = [
    (list(POSTERIORS)[q], list(PRIORS)[p], list(OBJECTIVES)[o])
    for q, p, o in indices(POSTERIORS, PRIORS, OBJECTIVES)
    if (q + 3 * p + o) % 5 == 0
]
BESIDE = list(itertools.product(LIKELIHOODS, CORRUPTIONS, (0, 3)))
STEP = 37  # shares no divisor with the rest, so that no two of them go together


@pytest.mark.parametrize("index", range(len(CELLS)), ids=lambda i: "-".join(CELLS[i]))
def test_trains_or_is_refused_with_its_reason(index):
    cell, beside = CELLS[index], BESIDE[STEP * index % len(BESIDE)]
    expected = reason(*cell)
    if expected is None:
        run(*cell, *beside)
        return
    with pytest.raises(IncompatiblePartsError, match=expected) as refusal:
        run(*cell, *beside)
    assert re.search(r"\b([Uu]se|[Gg]ive|build it)\b", str(refusal.value)), "no way out is named"


@pytest.mark.parametrize("context", [0, 3])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("objective", sorted(ANY - {"quantized"}))
def test_every_objective_with_every_likelihood(objective, likelihood, context):
    run("diagonal", "standard", objective, likelihood, None, context)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("posterior", POSTERIORS)
def test_every_posterior_with_every_likelihood(posterior, likelihood):
    points = "quantized" if posterior == "vector-quantized" else "reconstruction"
    objective = OBJECTIVES[points if posterior in POINTS else "elbo"]()
    with seeded(0):
        prior = (lambda encoder: None) if posterior in POINTS else priors.natural_prior
        train(build(posterior, likelihood, prior, 3), objective, None, 3)


def test_every_pair_is_met():
    assert math.gcd(STEP, len(BESIDE)) == 1 and len(CELLS) >= len(BESIDE)
    for one, other in itertools.combinations(range(3), 2):
        sides = [list(side) for side in (POSTERIORS, PRIORS, OBJECTIVES)]
        pairs = set(itertools.product(sides[one], sides[other]))
        assert {(cell[one], cell[other]) for cell in CELLS} == pairs


def test_no_row_of_the_table_is_idle():
    cells = list(itertools.product(POSTERIORS, PRIORS, OBJECTIVES))
    for row in REFUSED:
        assert row[0] <= ALL_POSTERIORS and row[1] <= ALL_PRIORS and row[2] <= ANY
        assert first_cell(row, cells)


def first_cell(row, cells):
    *sides, word = row
    fits = (c for c in cells if all(n in side for n, side in zip(c, sides, strict=True)))
    return next(cell for cell in fits if reason(*cell) == word)


FACTORISED = {"dip", "free-bits", "total-correlation"}  # that a chain of layers is not
LAYERS = {
    "bottom-up": lambda prior: conditional.BottomUp(amortized(6, 3), amortized(3, 2)),
    "ladder": lambda prior: conditional.Ladder(
        [networks.MLP(6, 8), networks.MLP(8, 8)], [amortized(8, 3), amortized(8, 2)], prior
    ),
}


def amortized(n, d, head=heads.DiagonalNormal):
    made = head(d)
    return conditional.Amortized(networks.MLP(n, made.n_params), made)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", LAYERS)
def test_hierarchies_train_or_are_refused_by_name(name, objective):
    with seeded(0):
        prior = conditional.TopDown(priors.StandardNormal(2), amortized(2, 3))
        decoder = conditional.Reads(amortized(3, 6), 3)
        model = models.LatentVariableModel(LAYERS[name](prior), decoder, prior)
    if objective not in FACTORISED | {"quantized"}:
        train(model, OBJECTIVES[objective](), None, 0)
        return
    with pytest.raises(IncompatiblePartsError, match=type(model.encoder).__name__):
        train(model, OBJECTIVES[objective](), None, 0)


@pytest.mark.parametrize("objective", ["elbo", "iwae", "mmd", "adversarial", "constrained"])
@pytest.mark.parametrize("posterior", heads.posteriors)
def test_every_posterior_with_a_prior_of_its_kind_that_the_condition_predicts(posterior, objective):
    if reason(posterior, "vamp", objective):
        return

    def predicted(encoder):
        kind = heads.posteriors[posterior](4)
        return conditional.Amortized(networks.MLP(3, kind.n_params), kind)

    with seeded(0):
        train(build(posterior, "normal", predicted, 3), OBJECTIVES[objective](), None, 3)


TAKE_THE_SCORE = {
    "beta", "capacity", "ciwae", "constrained", "dip", "divergence", "elbo", "free-bits", "iwae",
    "miwae", "reconstruction", "renyi", "score-function", "wake-sleep",
}  # fmt: skip
WITHOUT = "derivative|free_bits|density|covariance|shuffled|codebook"


@pytest.mark.parametrize("name", OBJECTIVES)
def test_draws_without_a_derivative_teach_the_encoder_or_are_refused(name):
    with seeded(0):
        encoder, decoder = amortized(6, 4, heads.Bernoulli), amortized(4, 6, heads.Bernoulli)
        model = models.LatentVariableModel(encoder, decoder, Coins())
        before = encoder.net.layers[0].weight.clone()
        try:
            train(model, OBJECTIVES[name](), None, 0)
        except IncompatiblePartsError as refusal:
            assert re.search(WITHOUT, str(refusal))
            assert name not in TAKE_THE_SCORE
        else:
            assert name in TAKE_THE_SCORE
            assert not torch.equal(before, encoder.net.layers[0].weight)


class Coins(conditional.ConditionalDistribution):
    """Four fair coins."""

    space, event_shape = "binary", (4,)

    def forward(self, *conditions):
        batch = conditions[0].shape[:1] if conditions else ()
        return heads.Bernoulli(4)(torch.zeros(*batch, 4))


TABLE = Path(__file__).parents[1] / "docs" / "refusals.md"
HEADER = """# What does not fit

Any posterior or code goes with any prior, objective, likelihood, corruption and condition, but for
these. Such a model is refused when it is made or in its first step, with the reason; the last
column is what the first of its row is told. Where several rows apply, the highest speaks.

| posterior or code | prior | objective | what is said |
| --- | --- | --- | --- |
"""


def table():
    """Return the rows of refusals as a page, each with what its first cell is told."""
    cells = [
        cell
        for cell in itertools.product(POSTERIORS, PRIORS, OBJECTIVES)
        if "none" not in cell or "has none" in (reason(*cell) or "")
    ]
    spaces = (ALL_POSTERIORS, ALL_PRIORS, ANY, "live in")
    rows = []
    for *sides, word in (spaces, *REFUSED):
        try:
            run(*first_cell((*sides, word), cells))
        except IncompatiblePartsError as refusal:
            names = [
                listed(*pair) for pair in zip(sides, (POSTERIORS, PRIORS, OBJECTIVES), strict=True)
            ]
            if word == "live in":
                names[:2] = ["of one space", "of another"]
            said = str(refusal).replace("[", "\\[")  # no link
            rows.append(f"| {' | '.join(names)} | {said} |\n")
    return HEADER + "".join(rows)


def listed(names, everything):
    left = sorted(set(everything) - set(names))
    if len(left) <= 3:
        return "any" + (f" but {', '.join(left)}" if left else "")
    return ", ".join(sorted(names))


def test_the_table_of_refusals_is_what_is_said():
    assert TABLE.read_text() == table(), "python tests/test_composition.py writes it anew"


if __name__ == "__main__":
    TABLE.write_text(table())
