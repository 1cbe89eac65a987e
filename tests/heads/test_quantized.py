"""Quantised codes: the nearest word, a value that is exact, a gradient that passes through."""

from __future__ import annotations

import pytest
import torch

from latentia import heads
from latentia.distributions import Delta, Quantized, nearest, point
from latentia.testing import check_head
from latentia.training import seeded

RAW = torch.randn(2, 7, 12, generator=torch.Generator().manual_seed(0))


def quantizers():
    with seeded(0):
        return [
            heads.VectorQuantized(12, n_codes=9, n_vectors=3),
            heads.VectorQuantized((3, 4), n_codes=9, codebook="gradient"),
            heads.FiniteScalar((3, 4), levels=5),
            heads.FiniteScalar(12, levels=4),
        ]


HEADS = pytest.mark.parametrize("head", quantizers(), ids=str)


@HEADS
def test_words_and_codes_go_back_and_forth(head):
    check_head(head)
    code = head(RAW)
    assert isinstance(code, Quantized)
    assert code.indices.shape == (2, 7, head.n_vectors)
    assert torch.equal(head.vectors(code.indices), code.mean)
    assert torch.equal(head.indices(code.mean), code.indices)
    assert torch.equal(point(code), code.sample())
    assert code.indices.min() >= 0 and code.indices.max() < head.n_codes


@HEADS
def test_the_nearest_word_is_taken(head):
    code = head(RAW)
    vectors = head.parts(code.continuous)
    distances = (vectors.unsqueeze(-2) - head.codebook).square().sum(-1)
    assert torch.equal(distances.argmin(-1), code.indices)


@HEADS
def test_the_gradient_passes_straight_through(head):
    code = head(RAW.clone().requires_grad_())
    weights = torch.randn(code.mean.shape)
    (gradient,) = torch.autograd.grad((weights * code.mean).sum(), code.continuous)
    assert torch.equal(gradient, weights)


@HEADS
def test_expanding_repeats_every_part(head):
    code = head(RAW[0]).expand((5, 7))
    assert isinstance(code, Quantized)
    assert code.batch_shape == (5, 7) and code.event_shape == head.event_shape
    assert torch.equal(head.vectors(code.indices), code.rsample())
    assert torch.equal(code.log_prob(code.mean), torch.zeros(5, 7))


@pytest.mark.parametrize("levels", range(2, 10))
def test_levels_are_those_of_the_rounded_tangent(levels):
    head = heads.FiniteScalar(1, levels)
    raw = torch.linspace(-6, 6, 5000).unsqueeze(1)
    code = head(raw)
    half = (levels - 1) / 2
    assert torch.allclose(code.mean, (half * (raw.tanh() + 1)).round() / half - 1, atol=1e-6)
    values = code.mean.unique()
    assert len(values) == levels == head.n_codes
    assert values[0] == -1 and values[-1] == 1
    assert torch.allclose(values.diff(), torch.tensor(2 / (levels - 1)))
    assert bool((values == 0).any()) == bool(levels % 2)


def test_levels_and_averages_follow_the_model_to_its_precision():
    for head in quantizers():
        assert head.double()(RAW.double()).mean.dtype == torch.float64


def test_only_a_codebook_that_learns_by_gradient_is_a_parameter():
    kinds = {k: heads.VectorQuantized(4, 8, codebook=k) for k in ("gradient", "moving-average")}
    assert [len(list(head.parameters())) for head in kinds.values()] == [1, 0]
    assert all(head.state_dict()["codebook"].shape == (8, 4) for head in kinds.values())
    assert not heads.FiniteScalar(4).state_dict()


def test_the_gradient_of_a_codebook_is_that_of_the_words_in_use():
    head = heads.VectorQuantized(2, n_codes=3, codebook="gradient")
    code = head(head.codebook.detach()[:2])
    (gradient,) = torch.autograd.grad(code.quantized.sum(), head.codebook)
    assert gradient.tolist() == [[1, 1], [1, 1], [0, 0]]


def test_nearest_keeps_any_leading_shape():
    codebook = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    assert nearest(torch.tensor([0.9, 0.9]), codebook).shape == ()
    assert nearest(torch.rand(3, 4, 5, 2), codebook).shape == (3, 4, 5)
    assert isinstance(heads.FiniteScalar(2)(torch.zeros(1, 2)), Delta)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: heads.VectorQuantized(4, n_vectors=3), "n_vectors=3 must divide 4"),
        (lambda: heads.VectorQuantized(4, n_codes=0), "n_codes=0"),
        (lambda: heads.VectorQuantized(4, codebook="ema"), "codebook='ema' is unknown"),
        (lambda: heads.FiniteScalar(4, levels=1), "levels=1 must be at least 2"),
        (lambda: heads.FiniteScalar(4, levels=2.5), "levels=2.5"),
    ],
)
def test_sizes_without_meaning_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()
