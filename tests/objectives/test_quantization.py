"""Codebooks learn: from k-means, by gradient or average, and no word lies idle."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info, Quantization, Reconstruction
from latentia.training import Trainer, seeded

KINDS = ["moving-average", "gradient"]
X = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))


def model(codebook="moving-average", n_codes=8, n_vectors=2, code=None):
    with seeded(0):
        q = code or heads.VectorQuantized(4, n_codes, n_vectors, codebook)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 4), q),
            conditional.Amortized(networks.MLP(4, 3), heads.DiagonalNormal(3, scale=1.0)),
        )


def measure(of, x=X, objective=None):
    return (objective or Quantization())(of.trace(models.Batch(x)), Info(n_examples=len(x)))


def after(of, objective=None, x=X, n_examples=None):
    objective = objective or Quantization()
    objective.after_step(of, models.Batch(x), Info(n_examples=n_examples or len(x)))
    return of.encoder.head


def test_it_is_its_formula():
    of = model()
    q = of.encoder(X)
    gap = (q.continuous - q.quantized).square().sum(1)
    loss = measure(of, objective=Quantization(commitment=0.5))
    assert torch.allclose(loss.values, 0.5 * gap)
    assert torch.allclose(loss.terms["commitment"], gap)
    learned = measure(model("gradient"), objective=Quantization(commitment=0.5))
    assert torch.allclose(learned.values, 1.5 * gap)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 8, 64])
def test_no_term_depends_on_the_size_of_the_batch(kind, n):
    one = measure(model(kind), X[:1])
    many = measure(model(kind), X[:1].repeat(n, 1))
    assert one.total.item() == pytest.approx(many.total.item())
    for name, term in one.terms.items():
        assert many.terms[name].mean().item() == pytest.approx(term.item())


@pytest.mark.parametrize("kind", KINDS)
def test_commitment_moves_the_encoder_and_the_other_part_the_codebook(kind):
    of = model(kind)
    loss, net = measure(of), of.encoder.net
    (weight,) = (layer.weight for layer in net.layers)
    (gradient,) = torch.autograd.grad(loss.terms["commitment"].mean(), weight, retain_graph=True)
    (total,) = torch.autograd.grad(loss.total, weight, retain_graph=True)
    assert torch.allclose(total, 0.25 * gradient)
    codebook = of.encoder.head.codebook
    assert codebook.requires_grad == (kind == "gradient")
    if kind == "gradient":
        q = of.encoder(X)
        moved = torch.zeros_like(codebook)
        vectors = of.encoder.head.parts(q.continuous).detach().flatten(0, 1)
        index = q.indices.flatten()
        moved.index_add_(0, index, 2 * (codebook[index] - vectors).detach() / len(X))
        assert torch.allclose(torch.autograd.grad(loss.total, codebook)[0], moved, atol=1e-6)


def test_perplexity_is_how_many_words_are_used():
    head = heads.VectorQuantized(2, n_codes=10)
    head.codebook.copy_(torch.arange(10.0).unsqueeze(1).expand(10, 2))
    of = models.LatentVariableModel(
        conditional.Amortized(torch.nn.Identity(), head),
        conditional.Amortized(networks.MLP(2, 3), heads.DiagonalNormal(3)),
    )
    for used, expected in [([3, 3, 3, 3], 1), ([0, 4, 4, 0], 2), (list(range(10)), 10)]:
        z = torch.tensor(used).unsqueeze(1).expand(-1, 2).float()
        perplexity = measure(of, z).terms["perplexity"]
        assert perplexity.shape == (len(used),)
        assert torch.allclose(perplexity, torch.tensor(float(expected)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_codebook_starts_at_the_centres_of_the_first_batch(kind):
    of = model(kind, n_codes=4)
    before = measure(of).terms["commitment"].mean()
    head = after(of)
    vectors = head.parts(of.encoder(X).continuous).flatten(0, 1)
    index = head.indices(of.encoder(X).continuous).flatten()
    for k in range(4):  # a fixed point of Lloyd's iteration
        assert torch.allclose(head.codebook[k], vectors[index == k].mean(0), atol=1e-4)
    assert torch.equal(head.counts, index.bincount(minlength=4).float())
    assert measure(of).terms["commitment"].mean() < 0.5 * before


def test_a_codebook_that_learned_is_not_started_again():
    of = model()
    first = after(of).codebook.clone()
    head = after(of, Quantization(), X[:30])  # of another trainer
    assert torch.allclose(first, head.codebook, atol=0.05)
    assert head.counts.sum().item() == pytest.approx(0.99 * 120 + 0.01 * 60)


def test_an_average_follows_its_vectors_and_unused_words_stay():
    of = model(n_codes=3, n_vectors=1)
    head, objective = of.encoder.head, Quantization(decay=0.9, revive_below=0.0)
    after(of, objective)
    unused = head.counts.new_tensor([1e3, 1e3, 1e3, 1e3])
    head.codebook[2], head.counts[2], head.sums[2] = unused, 5.0, 5 * unused
    z = of.encoder(X).continuous.detach()
    for step in range(1, 2001):
        after(of, objective)
        if step == 1:
            assert head.counts[2].item() == pytest.approx(0.9 * 5)
    index = head.indices(z).flatten()
    for k in (0, 1):
        assert torch.allclose(head.codebook[k], z[index == k].mean(0), atol=1e-4)
    assert torch.allclose(head.codebook[2], unused, rtol=1e-4)
    assert head.counts.sum().item() == pytest.approx(60, rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_idle_words_are_drawn_from_the_batch(kind):
    of = model(kind)
    objective = Quantization()
    head = after(of, objective)
    with torch.no_grad():
        head.codebook[5] = 1e3
        head.counts[5] = 0.0
    idle, busy = Quantization(revive_below=0.0), Quantization(revive_below=0.01)
    assert (after(of, idle).codebook[5] == 1e3).all()
    vectors = head.parts(of.encoder(X).continuous).flatten(0, 1)
    assert (after(of, busy).codebook[5] == vectors).all(1).any()
    assert head.counts[5] > 0
    for _ in range(5):
        after(of, busy)
    assert (head.indices(of.encoder(X).continuous) == 5).any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_codebook_larger_than_the_batch_fills_up(kind):
    of = model(kind, n_codes=40, n_vectors=1)
    objective = Quantization()
    used = []
    for batch in X.split(20):
        head = after(of, objective, batch, n_examples=60)
        assert head.codebook.isfinite().all()
        used.append(len(of.encoder(X).indices.unique()))
    assert used[0] <= 20 < used[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_training_uses_the_codebook_and_reconstructs(kind):
    with seeded(1):
        centres = 5 * torch.randn(6, 3)
        x = centres[torch.randint(6, (300,))] + 0.1 * torch.randn(300, 3)
    of = model(kind, n_codes=6, n_vectors=1)
    objective = Reconstruction("squared_error") + Quantization()
    trainer = Trainer(of, objective, learning_rate=0.02, batch_size=50, device="cpu")
    history = trainer.fit(x, validation=x[:50], epochs=40)
    assert history.curve("perplexity")[-1] > 4.5
    assert history.curve("reconstruction")[-1] < 0.05 * x.var(0).sum()
    assert (of.encode(x) == of.encoder.head.vectors(of.encoder(x).indices)).all()


def test_a_codebook_larger_than_the_data_is_refused():
    with pytest.raises(ValueError, match="n_codes=121 is more than the 120 vectors that 60"):
        after(model(n_codes=121))
    after(model(n_codes=120))


@pytest.mark.parametrize("code", [heads.Delta(4), heads.FiniteScalar(4)])
def test_other_codes_have_no_codebook_to_learn(code):
    with pytest.raises(IncompatiblePartsError, match=f"{type(code).__name__} do not fit"):
        measure(model(code=code))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"commitment": -0.1}, "commitment=-0.1 must be a finite number of at least 0"),
        ({"decay": 1.0}, r"decay=1.0 must be a number in \[0, 1\)"),
        ({"revive_below": -1}, "revive_below=-1 must be"),
    ],
)
def test_numbers_without_meaning_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        Quantization(**arguments)
