"""Two layers of codes, against the linear model in which everything is known."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch.distributions import MultivariateNormal

from latentia import heads, networks, objectives, priors, testing
from latentia.conditional import Amortized, BottomUp, Ladder, Reads, TopDown
from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.inference import log_importance_weights, log_likelihood
from latentia.models import Batch, LatentVariableModel
from latentia.training import Trainer, seeded

# z_2 ~ N(0, 1), z_1 ~ N(w z_2 + a, s²), x ~ N(B z_1, diag(t²)) with B diagonal: every conditional
# is normal and linear, and so both posteriors below can be exact.
W = torch.tensor([[1.5], [-0.7]], dtype=torch.float64)
A = torch.tensor([0.3, -0.2], dtype=torch.float64)
B = torch.tensor([2.0, 0.5], dtype=torch.float64)
S, T = 0.6, 0.8
LOC = B * A
Z1 = W @ W.T + S**2 * torch.eye(2, dtype=torch.float64)
X_COV = torch.diag(B) @ Z1 @ torch.diag(B) + T**2 * torch.eye(2, dtype=torch.float64)
MARGINAL = MultivariateNormal(LOC, X_COV)


def linear(weight, bias, scale):
    """N(weight h + bias, diag(scale²)) as a network and a head."""
    d, n_in = weight.shape
    scale = torch.as_tensor(scale, dtype=torch.float64).expand(d)
    part = Amortized(networks.MLP(n_in, 2 * d), heads.DiagonalNormal(d)).double()
    raw = 7 * torch.atanh(scale.log() / 7)  # what the head bounds smoothly
    with torch.no_grad():
        part.net.layers[0].weight.copy_(torch.cat([weight, torch.zeros_like(weight)]))
        part.net.layers[0].bias.copy_(torch.cat([bias, raw]))
    return part


class Known(Amortized):
    """N(weight h + bias, covariance): an exact posterior that is not diagonal."""

    def __init__(self, weight, bias, covariance):
        super().__init__(torch.nn.Identity(), heads.DiagonalNormal(len(weight)))
        self.weight, self.bias, self.covariance = weight, bias, covariance

    def forward(self, *conditions):
        return MultivariateNormal(conditions[0] @ self.weight.T + self.bias, self.covariance)


def prior():
    return TopDown(priors.StandardNormal(1).double(), linear(W, A, S))


def decoder():
    return Reads(linear(torch.diag(B), torch.zeros(2).double(), T), 2)


def exact_bottom_up():
    """q(z_1|x) q(z_2|z_1) = p(z_1, z_2|x), by Gauss."""
    gain = Z1 @ torch.diag(B) @ torch.linalg.inv(X_COV)
    low = Known(gain, A - gain @ LOC, Z1 - gain @ torch.diag(B) @ Z1)
    up = W.T @ torch.linalg.inv(Z1)
    variance = 1 - up @ W
    return BottomUp(low, linear(up, -up @ A, variance.sqrt().squeeze()))


def exact_ladder(prior):
    """q(z_2|x), and p(x|z_1) read as a normal over z_1."""
    gain = W.T @ torch.diag(B) @ torch.linalg.inv(X_COV)
    variance = 1 - gain @ torch.diag(B) @ W
    high = linear(gain, -gain @ LOC, variance.sqrt().squeeze())
    low = linear(torch.diag(1 / B), torch.zeros(2).double(), T / B)
    return Ladder([Identity(), Identity()], [low, high], prior)


class Identity(torch.nn.Module):
    in_shape = (2,)

    def forward(self, x, *context):
        return x


def off(encoder):
    """The same, but elsewhere and wider."""
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(0.15 * (parameter.dim() == 1))
    return encoder


def model(kind, exact=True):
    p = prior()
    encoder = exact_bottom_up() if kind == "bottom-up" else exact_ladder(p)
    return LatentVariableModel(encoder if exact else off(encoder), decoder(), p)


with seeded(0):
    X = MARGINAL.sample((40,))
KINDS = ["bottom-up", "ladder"]


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_the_exact_posterior_makes_every_weight_the_likelihood(kind):
    with seeded(0):
        weights = log_importance_weights(model(kind).trace(Batch(X), 7))
    assert torch.allclose(weights, MARGINAL.log_prob(X).expand(7, -1), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_another_posterior_bounds_it_and_importance_sampling_finds_it(kind):
    approximate, truth = model(kind, exact=False), MARGINAL.log_prob(X)
    with seeded(0):
        weights = log_importance_weights(approximate.trace(Batch(X), 2000))
        estimate = log_likelihood(approximate, Batch(X), 4000)
    error = (weights - truth).exp().std(0) / 4000**0.5
    assert (weights.mean(0) < truth + 5 * weights.std(0) / 2000**0.5).all()
    assert (truth - weights.mean(0)).mean() > 0.003
    assert ((estimate - truth).abs() < 5 * error).all()


@torch.no_grad()
def test_generating_is_the_marginal():
    with seeded(0):
        x = model("ladder").sample(20_000, mean=False)
    assert torch.allclose(x.mean(0), LOC, atol=0.1)
    assert torch.allclose(torch.cov(x.T), X_COV, rtol=0.06, atol=0.03)


def test_the_prior_is_a_prior():
    p = TopDown(
        priors.StandardNormal(1), Amortized(networks.MLP(1, 4, context=1), heads.DiagonalNormal(2))
    )
    assert p(torch.zeros(4, 1)).sample().shape == (4, 3)
    alone = TopDown(priors.StandardNormal(1))
    testing.check_prior(alone)
    z = torch.ones(5, 1)
    assert torch.equal(alone().log_prob(z), priors.StandardNormal(1)().log_prob(z))


@pytest.mark.parametrize("kind", KINDS)
def test_codes_repeat_and_follow_the_layers_up_or_down(kind):
    vae = model(kind)
    codes = vae.encode(X)
    assert codes.shape == (40, 3) and torch.equal(codes, vae.encode(X))
    # The mean of a linear chain is the chain of means: the exact posterior mean.
    gain = Z1 @ torch.diag(B) @ torch.linalg.inv(X_COV)
    assert torch.allclose(codes[:, :2], A + (X - LOC) @ gain.T, atol=1e-6)


def test_a_layer_that_the_data_say_nothing_about_stays_as_in_the_prior():
    p = prior()
    low = linear(torch.zeros(2, 2).double(), torch.zeros(2).double(), 900.0)
    high = linear(torch.zeros(1, 2).double(), torch.zeros(1).double(), 1.0)
    q = Ladder([Identity(), Identity()], [low, high], p)(X)
    z = p().sample((40,))
    assert torch.allclose(q.log_prob(z), p().log_prob(z), atol=1e-4)


def test_the_ladder_learns_the_prior_that_it_reads():
    vae = model("ladder", exact=False)
    lower = list(vae.prior.parts[1].parameters())
    q = vae.encoder(X)
    for gradient in torch.autograd.grad(q.log_prob(torch.ones(40, 3).double()).sum(), lower):
        assert gradient.isfinite().all() and gradient.any()
    assert not any(id(p) in {id(p) for p in vae.encoder.parameters()} for p in lower)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda vae: pickle.loads(pickle.dumps(vae))], ids=["copy", "pickle"]
)
def test_a_copy_of_the_model_has_a_ladder_on_the_copied_prior(copied):
    vae = model("ladder")
    twin = copied(vae)
    assert twin.encoder.prior is twin.prior and twin.prior is not vae.prior
    assert torch.equal(twin.encode(X), vae.encode(X))
    assert vae.float().encode(X.float()).dtype == torch.float32
    names = list(vae.state_dict())
    assert not [name for name in names if name.startswith("encoder.") and "prior" in name]


def deep(n_layers, context, kind):
    """Non-linear layers of different sizes, with a condition."""
    sizes = [5, 3, 2][:n_layers]

    def part(n_in, d):
        q = heads.DiagonalNormal(d)
        return Amortized(networks.MLP(n_in, q.n_params, (8,), context=context), q)

    above = [part(a, b) for a, b in zip(sizes[1:][::-1], sizes[:-1][::-1], strict=True)]
    p = TopDown(priors.StandardNormal(sizes[-1]), *above)
    if kind == "ladder":
        trunk = [
            networks.MLP(7 if i == 0 else 6, 6, (8,), context=context) for i in range(n_layers)
        ]
        estimates = [Amortized(networks.MLP(6, 2 * d), heads.DiagonalNormal(d)) for d in sizes]
        encoder = Ladder(trunk, estimates, p)
    else:
        encoder = BottomUp(part(7, sizes[0]), *map(part, sizes[:-1], sizes[1:]))
    return LatentVariableModel(encoder, Reads(part(sizes[0], 7), sizes[0]), p)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("context", [0, 2])
def test_any_number_of_layers_trains(n_layers, context, kind):
    with seeded(0):
        vae = deep(n_layers, context, kind)
        x = torch.randn(40, 7)
        c = (torch.randn(40, context),) if context else ()
    before = [p.clone() for p in vae.parameters()]
    Trainer(vae, objectives.ELBO(n_samples=2), batch_size=20, seed=0).fit(Batch(x, c), epochs=2)
    changed = [not torch.equal(a, b) for a, b in zip(vae.parameters(), before, strict=True)]
    assert all(changed)
    assert vae.sample(3, *(t[:3] for t in c)).shape == (3, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_objectives_take_it(kind):
    with seeded(0):
        testing.check_objective(objectives.ELBO(n_samples=3), deep(2, 0, kind), torch.randn(6, 7))


def test_flows_may_be_layers():
    with seeded(0):
        q, top = heads.InverseAutoregressive(3, context=2), heads.Flow(2, context=2)
        encoder = BottomUp(
            Amortized(networks.MLP(7, q.n_params), q), Amortized(networks.MLP(3, top.n_params), top)
        )
        posterior = encoder(torch.randn(4, 7))
        z = posterior.rsample((6,))
    assert torch.allclose(posterior.log_prob(z), posterior.log_prob(z.clone()), atol=1e-3)
    assert torch.equal(point(posterior), point(posterior))


def test_the_posteriors_of_a_hierarchy_may_be_its_prior():
    with seeded(0):
        encoder = deep(2, 0, "bottom-up").encoder
        prior = priors.Vamp(encoder, n_components=3)
        z = torch.randn(9, 8)
    each = torch.stack([encoder(u).log_prob(z) for u in prior.pseudo_inputs])
    assert torch.allclose(prior().log_prob(z), each.exp().mean(0).log(), atol=1e-4)
    assert prior().sample((4,)).shape == (4, 8)


def test_what_does_not_fit_is_refused():
    layer = linear(W, A, S)
    with pytest.raises(ValueError, match="at least one part"):
        BottomUp()
    with pytest.raises(ValueError, match=r"StandardNormal draws values of shape \(2, 2\)"):
        TopDown(priors.StandardNormal((2, 2)), layer)
    with pytest.raises(IncompatiblePartsError, match="different spaces"):
        BottomUp(layer, Amortized(networks.MLP(2, 1), heads.Bernoulli(1)))
    with pytest.raises(ValueError, match=r"of sizes \[2\], but .* sizes \[2, 1\]"):
        Ladder([Identity()], [layer], prior())
    with pytest.raises(ValueError, match="n_features=0"):
        Reads(layer, 0)
    laplace = Amortized(networks.MLP(1, 4), heads.Laplace(2))
    rough = TopDown(priors.StandardNormal(1), laplace)
    estimates = [Amortized(networks.MLP(2, 2 * d), heads.DiagonalNormal(d)) for d in (2, 1)]
    with pytest.raises(IncompatiblePartsError, match="weighs diagonal normals"):
        Ladder([Identity(), Identity()], estimates, rough)(torch.zeros(3, 2)).rsample()
