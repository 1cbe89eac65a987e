"""Penalties: each value is its formula, and its gradient reaches the part it is for."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import jacrev, vmap

from latentia import conditional, data, heads, models, networks, objectives, priors
from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.objectives import (
    ELBO,
    CodeNorm,
    Contractive,
    DecoderGradient,
    Decorrelation,
    Info,
    KLSparsity,
    L1Activity,
    Reconstruction,
)
from latentia.training import Trainer, seeded

X = torch.randn(10, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
C = torch.randn(10, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
SIGMOID = heads.Delta(3, activation="sigmoid")
NORMAL = heads.DiagonalNormal(3)


def build(code=None, hidden=(8,), context=0, prior=None):
    code = code or heads.Delta(3)
    with seeded(0):
        p = heads.DiagonalNormal(5, scale=1.0)
        q_net = networks.MLP(5, code.n_params, hidden, activation="tanh", context=context)
        p_net = networks.MLP(3, 5, (8,), activation="tanh", context=context)
        return models.LatentVariableModel(
            conditional.Amortized(q_net, code), conditional.Amortized(p_net, p), prior
        ).double()


def measure(objective, model, x=X, conditions=(), n_samples=1, seed=1):
    with seeded(seed):
        return objective(model.trace(models.Batch(x, conditions), n_samples), Info())


def by_torch(function, *inputs):
    """The squared norm of the Jacobian with respect to the first input, example by example."""
    return vmap(jacrev(function))(*inputs).flatten(1).square().sum(1)


@pytest.mark.parametrize("code", [heads.Delta(3), SIGMOID, NORMAL], ids=["delta", "sigmoid", "q"])
@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)], ids=str)
def test_contraction_is_the_jacobian_of_the_code(code, hidden):
    model = build(code, hidden, context=2)
    expected = by_torch(lambda x, c: point(model.encoder(x, c)), X, C)
    values = measure(Contractive(), model, conditions=(C,)).values
    assert torch.allclose(values, expected, rtol=1e-9)


def test_the_closed_form_of_a_sigmoid_code_is_the_jacobian():
    model = build(SIGMOID, ())
    weight, bias = model.encoder.net.layers[0].parameters()
    h = torch.sigmoid(X @ weight.T + bias)
    closed = objectives.sigmoid_jacobian_norm(h, weight)
    automatic = objectives.jacobian_norm(model.encode, X)
    assert torch.allclose(closed, automatic, rtol=1e-5)
    gradients = [torch.autograd.grad(v.sum(), weight)[0] for v in (closed, automatic)]
    assert torch.allclose(*gradients, rtol=1e-5)


def test_contraction_is_measured_where_the_encoder_looks():
    model = build()
    batch = models.Batch(X, corrupted=2 * X)
    values = Contractive()(model.trace(batch), Info()).values
    assert torch.allclose(values, measure(Contractive(), model, 2 * X).values)


def test_the_gradient_of_the_decoder_is_its_jacobian_averaged_over_draws():
    model = build(NORMAL, context=2)
    with seeded(1):
        trace = model.trace(models.Batch(X, (C,)), 4)
    draws = [by_torch(lambda z, c: point(model.decoder(z, c)), z, C) for z in trace.z]
    values = DecoderGradient()(trace, Info()).values
    assert torch.allclose(values, torch.stack(draws).mean(0), rtol=1e-9)


@pytest.mark.parametrize("wide", [True, False], ids=["k < d", "d < k"])
def test_the_norm_is_exact_whichever_side_is_smaller(wide):
    net = networks.MLP(3, 7, (6,)) if wide else networks.MLP(7, 3, (6,))
    x = X.repeat(1, 2)[:, : 3 if wide else 7]
    assert torch.allclose(objectives.jacobian_norm(net.double(), x), by_torch(net, x), rtol=1e-9)


def test_the_norm_of_a_convolutional_network_is_exact():
    with seeded(0):
        net = networks.ConvolutionalEncoder((1, 8, 8), 2, (4, 4)).double()
        x = torch.randn(3, 1, 8, 8, dtype=torch.float64)
    expected = [torch.autograd.functional.jacobian(net, image[None]).square().sum() for image in x]
    assert torch.allclose(objectives.jacobian_norm(net, x), torch.stack(expected), rtol=1e-9)


@pytest.mark.parametrize("penalty", [Contractive, DecoderGradient])
def test_probes_are_unbiased_in_value_and_gradient(penalty):
    # 2,000 estimates of one probe: the mean within four standard errors.
    model = build(SIGMOID, (6,))
    weight = next((model.encoder if penalty is Contractive else model.decoder).parameters())
    x = X[:1].expand(2000, -1)
    exact, probed = (measure(penalty(n), model, x).values for n in (None, 1))
    error = probed.std() / 2000**0.5
    assert error > 0
    assert (probed.mean() - exact[0]).abs() < 4 * error
    (truth,) = torch.autograd.grad(exact[0], weight, retain_graph=True)
    groups = probed.view(20, 100).mean(1)
    draws = torch.stack([torch.autograd.grad(g, weight, retain_graph=True)[0] for g in groups])
    sigma = (draws.mean(0) - truth) / (draws.std(0) / 20**0.5 + 1e-12)
    assert sigma.square().mean().sqrt() < 2  # 1 in expectation, over all weights


def test_contraction_makes_the_jacobian_small():
    x = torch.tensor(data.load("digits").X[:400], dtype=torch.float32).flatten(1) / 16
    norms = {}
    for weight in (0.0, 0.1):
        with seeded(0):
            code = heads.Delta(8)
            model = models.LatentVariableModel(
                conditional.Amortized(networks.MLP(64, 8, (32,)), code),
                conditional.Amortized(networks.MLP(8, 64, (32,)), heads.Bernoulli(64)),
            )
        objective = Reconstruction() + weight * Contractive()
        Trainer(model, objective, batch_size=50).fit(x, validation=x[:50], epochs=4)
        norms[weight] = measure(Contractive(), model, x).total.item()
    assert norms[0.1] < 0.9 * norms[0.0]


def test_penalties_reach_the_part_they_are_for():
    model = build(context=2)
    for penalty, encoder, decoder in [
        (Contractive(), True, False),
        (CodeNorm(), True, False),
        (L1Activity(), True, False),
        (Decorrelation(), True, False),
        (DecoderGradient(), True, True),  # through z
    ]:
        total = measure(penalty, model, conditions=(C,)).total
        for part, reached in [(model.encoder, encoder), (model.decoder, decoder)]:
            gradients = torch.autograd.grad(
                total, list(part.parameters()), allow_unused=True, retain_graph=True
            )
            assert any(g is not None and g.abs().sum() > 0 for g in gradients) == reached


def test_sizes_of_a_code_by_hand():
    model = build(hidden=())
    weight, bias = model.encoder.net.layers[0].parameters()
    with torch.no_grad():
        weight.copy_(torch.eye(3, 5))
        bias.zero_()
    x = torch.tensor([[3.0, -4.0, 0.0, 9.0, 9.0], [1.0, 1.0, 1.0, 9.0, 9.0]]).double()
    assert measure(L1Activity(), model, x).values.tolist() == [7.0, 3.0]
    assert measure(CodeNorm(), model, x).values.tolist() == [12.5, 1.5]


def test_code_norm_of_a_posterior_is_the_divergence_without_its_entropy():
    # KL(N(m, s^2), N(0, 1)) = E z^2 / 2 - sum(log s) - k / 2: 20,000 draws, five standard errors.
    model = build(NORMAL, prior=priors.StandardNormal(3))
    with seeded(0), torch.no_grad():
        trace = model.trace(models.Batch(X), 20_000)
        kl = ELBO()(trace, Info()).terms["kl"]
        values = CodeNorm()(trace, Info()).values
    expected = kl + trace.posterior.base_dist.scale.log().sum(1) + 1.5
    error = 0.5 * trace.z.square().sum(2).std(0) / 20_000**0.5
    assert ((values - expected).abs() < 5 * error).all()


def test_sparsity_is_zero_at_the_target_and_its_formula_elsewhere():
    model = build(SIGMOID)
    rates = model.encode(X).mean(0)
    values = measure(KLSparsity(target=0.2), model).values
    expected = 0.2 * (0.2 / rates).log() + 0.8 * (0.8 / (1 - rates)).log()
    assert torch.allclose(values, expected.sum().expand(10), rtol=1e-6)
    with torch.no_grad():
        last = model.encoder.net.layers[-1]
        last.weight.zero_()
        last.bias.fill_(torch.tensor(0.2).logit().item())
    loss = measure(KLSparsity(target=0.2), model).total
    assert loss.item() == pytest.approx(0, abs=1e-7)


def test_sparsity_by_name_brings_the_mean_activity_to_its_target():
    with seeded(0):
        code = heads.Delta(8, activation="sigmoid")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, 8), code),
            conditional.Amortized(networks.MLP(8, 5), heads.DiagonalNormal(5, scale=1.0)),
        )
        x = torch.randn(500, 5)
    objective = Reconstruction() + 20.0 * objectives.penalties["kl-sparsity"]()
    Trainer(model, objective, learning_rate=0.05, batch_size=100, device="cpu").fit(x, epochs=30)
    rates = model.encode(x).mean(0)
    assert torch.allclose(rates, torch.full((8,), 0.05), atol=0.02)


def test_decorrelation_is_zero_for_uncorrelated_codes_and_counts_covariances():
    model = build(heads.Delta(3), ())
    h = model.encode(X).detach()
    covariance = torch.cov(h.T, correction=0)
    expected = covariance.square().sum() - covariance.diagonal().square().sum()
    assert torch.allclose(measure(Decorrelation(), model).values, expected.expand(10))
    with torch.no_grad():
        weight = model.encoder.net.layers[0].weight
        weight.copy_(torch.linalg.eigh(torch.cov(X.T))[1].T[:3])  # principal axes
    assert measure(Decorrelation(), model).total.item() == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("penalty", [KLSparsity(), Decorrelation()], ids=["kl", "covariance"])
def test_penalties_of_the_batch_say_so_and_are_the_same_for_repeated_batches(penalty):
    assert penalty.uses_batch_statistics
    assert (Reconstruction() + penalty).uses_batch_statistics
    one, many = (measure(penalty, build(SIGMOID), x).total for x in (X, X.repeat(7, 1)))
    assert one.item() == pytest.approx(many.item())


@pytest.mark.parametrize(
    "penalty",
    [Contractive(), DecoderGradient(), CodeNorm(), L1Activity()],
    ids=lambda p: type(p).__name__,
)
def test_other_penalties_are_of_one_example(penalty):
    model = build()
    together = measure(penalty, model).values
    alone = torch.cat([measure(penalty, model, x[None]).values for x in X])
    assert not penalty.uses_batch_statistics
    assert torch.allclose(together, alone)


def test_penalties_add_up_with_the_bound_and_with_each_other():
    model = build(NORMAL, prior=priors.StandardNormal(3))
    parts = [ELBO(), Contractive(), DecoderGradient(), CodeNorm(), Decorrelation(), L1Activity()]
    total = sum((0.5 * part for part in parts[1:]), start=1.0 * parts[0])
    values = [measure(part, model).values for part in parts]
    assert torch.allclose(measure(total, model).values, values[0] + 0.5 * sum(values[1:]))


def test_a_derivative_is_measured_where_no_gradients_are_kept():
    model = build()
    penalty = Contractive() + DecoderGradient()
    with torch.no_grad():
        quiet = measure(penalty, model).values
    assert torch.equal(quiet, measure(penalty, model).values)


def normalised(n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out)).double()


@pytest.mark.parametrize(
    ("penalty", "part", "sizes"),
    [(Contractive(), "encoder", (5, 3)), (DecoderGradient(), "decoder", (3, 5))],
    ids=["encoder", "decoder"],
)
def test_batch_normalisation_has_no_jacobian_of_one_example(penalty, part, sizes):
    model = build()
    trace = model.trace(models.Batch(X))
    getattr(model, part).net = normalised(*sizes)
    with pytest.raises(IncompatiblePartsError, match=rf"in the {part} do not fit.*LayerNorm"):
        penalty(trace, Info())


def test_a_mean_activity_needs_codes_between_0_and_1():
    with pytest.raises(IncompatiblePartsError, match=r"'real' codes.*activation=.sigmoid"):
        measure(KLSparsity(), build())


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Contractive(n_probes=0), "n_probes=0 must be at least 1"),
        (lambda: DecoderGradient(n_probes=-1), "n_probes=-1 must be at least 1"),
        (lambda: KLSparsity(target=1.0), r"target=1\.0 must be between 0 and 1"),
    ],
)
def test_numbers_without_meaning_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()
