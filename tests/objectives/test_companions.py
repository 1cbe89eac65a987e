"""A codebook that would never learn is refused, or taught."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from latentia import VAE, conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Adversarial, Quantization, Reconstruction
from latentia.training import Trainer

X = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
WORDS = partial(heads.VectorQuantized, n_codes=4, n_vectors=2)
QUICK = {"posterior": WORDS, "objective": "reconstruction", "verbose": False, "random_state": 0}


def model(code=None):
    code = code or WORDS(4)
    return models.LatentVariableModel(
        conditional.Amortized(networks.MLP(3, 4), code),
        conditional.Amortized(networks.MLP(4, 3), heads.DiagonalNormal(3, scale=1.0)),
        priors.StandardNormal(4),
    )


def train(of, objective):
    Trainer(of, objective, seed=0, batch_size=30).fit(X, epochs=2)
    return of.encoder.head


@pytest.mark.parametrize("objective", [Reconstruction, lambda: 2.0 * Reconstruction(), Adversarial])
def test_a_codebook_that_would_never_learn_is_refused(objective):
    with pytest.raises(IncompatiblePartsError, match=r"codes of VectorQuantized .*'quantization'"):
        train(model(), objective())


@pytest.mark.parametrize(
    "objective",
    [
        lambda: Reconstruction() + Quantization(),
        lambda: Adversarial(base=Reconstruction() + Quantization()),
    ],
)
def test_a_codebook_learns_by_a_summand_wherever_it_stands(objective):
    assert train(model(), objective()).is_started


def test_a_codebook_that_has_learned_may_stay_as_it_is():
    of = model()
    words = train(of, Reconstruction() + Quantization()).codebook.clone()
    assert torch.equal(train(of, Reconstruction()).codebook, words)


def test_codes_without_a_codebook_need_nothing():
    train(model(heads.FiniteScalar(4)), Reconstruction())


def test_a_variational_estimator_teaches_it_and_samples_its_words():
    vae = VAE(4, max_iter=5, **QUICK).fit(X.numpy())
    head = vae.encoder_.head
    assert head.is_started and "perplexity" in vae.loss_curve_
    drawn = vae.sampler_().sample((20,))
    assert torch.equal(head.vectors(head.indices(drawn)), drawn)
    assert np.isfinite(vae.sample(3, random_state=0)).all()


def test_a_codebook_larger_than_the_data_is_named():
    huge = partial(heads.VectorQuantized, n_codes=1000)
    with pytest.raises(ValueError, match=r"n_codes=1000 is more than the 60 vectors"):
        VAE(4, max_iter=1, **{**QUICK, "posterior": huge}).fit(X.numpy())
