"""Noise after the encoder: what the decoder is given in training only, and what codes it makes."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import normalize

from latentia import conditional, corruptions, heads, models, networks
from latentia.corruptions import Masking, NestedDropout
from latentia.objectives import CodeNorm, Info, Reconstruction
from latentia.training import Cosine, Trainer, seeded

X = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
C = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))


def build(code=heads.DiagonalNormal, context=0, n_codes=3):
    with seeded(0):
        q, p = code(n_codes), heads.DiagonalNormal(5, scale=1.0)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, context=context), q),
            conditional.Amortized(networks.MLP(n_codes, p.n_params, context=context), p),
        )


def double(z):
    return 2 * z


def test_the_decoder_is_given_the_spoilt_code_with_its_conditions():
    model = build(context=2)
    trace = model.trace(models.Batch(X, (C,)), 4)
    before = trace.z.clone()
    for norm in (None, "squared_error"):
        values = Reconstruction(norm, code_corruption=double)(trace, Info()).values
        spoilt = models.Trace(model, trace.batch, trace.posterior, 2 * trace.z)
        assert torch.allclose(values, Reconstruction(norm)(spoilt, Info()).values)
        assert not torch.allclose(values, Reconstruction(norm)(trace, Info()).values)
    assert torch.equal(trace.z, before)


def test_it_acts_in_training_only_and_within_a_sum():
    trace = build().trace(models.Batch(X))
    plain = Reconstruction()(trace, Info()).values
    total = Reconstruction(code_corruption=double) + 0.0 * CodeNorm()
    assert not torch.allclose(total(trace, Info()).values, plain)
    assert torch.equal(total.eval()(trace, Info()).values, plain)
    assert not torch.allclose(total.train()(trace, Info()).values, plain)


def test_held_out_examples_are_measured_with_whole_codes():
    rows = []

    def spy(z):
        rows.append(len(z))
        return z

    objective = Reconstruction(code_corruption=spy)
    Trainer(build(), objective, batch_size=4, device="cpu").fit(X, validation=X[:3], epochs=2)
    assert rows == [4, 2, 4, 2]


def test_other_terms_see_the_code_as_it_is():
    trace = build().trace(models.Batch(X))
    total = Reconstruction(code_corruption=Masking(1.0)) + CodeNorm()
    terms = total(trace, Info()).terms
    assert torch.equal(terms["code_norm"], CodeNorm()(trace, Info()).values)


def test_each_draw_of_an_example_is_spoilt_by_itself():
    seen = []

    def spy(z):
        seen.append(z)
        return z

    model = build()
    trace = model.trace(models.Batch(X), 4)
    values = Reconstruction(code_corruption=spy)(trace, Info()).values
    assert torch.equal(seen[0], trace.z.flatten(0, 1))
    assert torch.allclose(values, Reconstruction()(trace, Info()).values)


@pytest.mark.parametrize(
    "name", sorted(set(corruptions.corruptions) - {"binarization", "block-masking"})
)
def test_every_corruption_of_features_is_one_of_codes(name):
    trace = build().trace(models.Batch(X), 2)
    objective = Reconstruction(code_corruption=corruptions.corruptions[name]())
    with seeded(0):
        loss = objective(trace, Info())
    gradients = torch.autograd.grad(loss.total, list(trace.model.parameters()))
    assert loss.values.shape == (6,)
    assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("result", [lambda z: z[:, :1], lambda z: None], ids=["shape", "nothing"])
def test_a_corruption_that_changes_the_shape_is_refused(result):
    with pytest.raises(
        ValueError, match=r"code_corruption=.* it was given, \(6, 3\), but returned"
    ):
        Reconstruction(code_corruption=result)(build().trace(models.Batch(X)), Info())


@pytest.mark.parametrize("given", ["gaussian", 0.1, NestedDropout], ids=str)
def test_what_is_no_corruption_is_refused(given):
    with pytest.raises(TypeError, match=r"code_corruption=.* must be an object such as"):
        Reconstruction(code_corruption=given)


def ordered(code_corruption):
    """|cos| between decoder column j and principal axis j, for a linear autoencoder."""
    with seeded(0):
        turn = torch.linalg.qr(torch.randn(5, 5))[0]
        x = torch.randn(1000, 5) @ torch.diag(torch.tensor([3.0, 2.0, 1.3, 0.5, 0.3])) @ turn
        x = x - x.mean(0)
    axes = torch.linalg.svd(x).Vh[:3]
    model = build(heads.Delta)
    objective = Reconstruction("squared_error", code_corruption=code_corruption)
    rate = Cosine(0.02, 1000)
    Trainer(model, objective, learning_rate=rate, batch_size=100, device="cpu").fit(x, epochs=100)
    columns = normalize(model.decoder.net.layers[0].weight.detach(), dim=0)
    return (axes @ columns).diagonal().abs()


def test_nested_dropout_finds_the_principal_components_one_by_one():
    assert (ordered(NestedDropout(0.3)) > 0.95).all()
    assert (ordered(None) < 0.95).any()
