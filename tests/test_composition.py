"""Every mixture of parts trains, or is refused with a reason; nothing in between."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from latentia import conditional, corruptions, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.training import Trainer, seeded

OBJECTIVES = {
    "reconstruction": objectives.Reconstruction,
    "elbo": objectives.ELBO,
    "beta": lambda: objectives.ELBO(beta=4.0),
    "free-bits": lambda: objectives.ELBO(free_bits=0.1, n_samples=2),
}
PRIORS = {
    "none": lambda: None,
    "standard": lambda: priors.StandardNormal(2),
    "full": lambda: priors.Normal(torch.ones(2), torch.tensor([[1.0, 0.0], [0.5, 2.0]])),
}
CORRUPTIONS = {"none": None, "masking": corruptions.Masking(0.2)}
CONTEXTS = [0, 3]

#: What does not fit, and the word of the reason.
REFUSED = {
    **{("delta", "*", o): "deterministic" for o in ("elbo", "beta", "free-bits")},
    **{("diagonal", "none", o): "has none" for o in ("elbo", "beta", "free-bits")},
    ("diagonal", "full", "free-bits"): "free_bits",
}
CELLS = list(
    itertools.product(
        heads.posteriors, heads.likelihoods, PRIORS, OBJECTIVES, CORRUPTIONS, CONTEXTS
    )
)


def reason(posterior, prior, objective):
    return REFUSED.get((posterior, "*", objective)) or REFUSED.get((posterior, prior, objective))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(map(str, cell)))
def test_trains_or_is_refused_with_its_reason(cell):
    posterior, likelihood, prior, objective, corruption, context = cell
    with seeded(0):
        q, p = heads.posteriors[posterior](2), heads.likelihoods[likelihood](6)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(6, q.n_params, context=context), q),
            conditional.Amortized(networks.MLP(2, p.n_params, context=context), p),
            PRIORS[prior](),
        )
        x = torch.bernoulli(torch.full((20, 6), 0.4))
        c = (torch.randn(20, context),) if context else ()
    trainer = Trainer(model, OBJECTIVES[objective](), corruption=CORRUPTIONS[corruption])
    expected = reason(posterior, prior, objective)
    if expected:
        with pytest.raises(IncompatiblePartsError, match=expected):
            trainer.fit(models.Batch(x, c), epochs=1)
    else:
        history = trainer.fit(models.Batch(x, c), epochs=2)
        assert all(math.isfinite(v) for record in history.records for v in record.values())
