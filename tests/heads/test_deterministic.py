"""Heads of deterministic encoders: what reaches the code, and what reaches the network."""

from __future__ import annotations

import json

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia._spelling import read, spell
from latentia.errors import IncompatiblePartsError
from latentia.testing import check_head
from latentia.training import seeded

RAW = torch.randn(2, 7, 12, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("shape", [(12,), (3, 4)], ids=str)
@pytest.mark.parametrize("k", [1, 5, 12])
def test_exactly_the_k_largest_are_kept(shape, k):
    head = heads.TopK(shape, k)
    check_head(head)
    code = head(RAW).mean.flatten(2)
    order = RAW.argsort(-1, descending=True)
    assert torch.equal(code.gather(-1, order[..., :k]), RAW.gather(-1, order[..., :k]))
    assert torch.equal((code != 0).sum(-1), torch.full((2, 7), k))


def test_ties_keep_k_as_well():
    assert (heads.TopK(4, 2)(torch.ones(3, 4)).mean.sum(-1) == 2).all()


def test_gradients_flow_through_kept_elements_only():
    raw = RAW.clone().requires_grad_()
    code = heads.TopK(12, 5)(raw).mean
    (gradient,) = torch.autograd.grad(code.sum(), raw)
    assert torch.equal(gradient, (code != 0).float())


@pytest.mark.parametrize(("size", "k"), [(2, 1), (8, 1), (9, 2), (10, 2), (256, 32)])
def test_an_eighth_is_kept_where_no_number_is_given(size, k):
    assert heads.TopK(size).k == k


@pytest.mark.parametrize("k", [0, 13])
def test_more_than_there_are_cannot_be_kept(k):
    with pytest.raises(ValueError, match=f"k={k} must be between 1 and 12"):
        heads.TopK((3, 4), k)


@pytest.mark.parametrize("name", networks.activations)
def test_a_point_mass_sits_at_the_activated_output(name):
    head = heads.Delta(12, activation=name)
    check_head(head)
    assert torch.equal(head(RAW).mean, networks.activations[name]()(RAW))


@pytest.mark.parametrize("name", heads.codes)
def test_codes_by_name_are_points_that_can_be_written_down(name):
    make = heads.codes[name]
    check_head(make((3, 4)))
    again = read(json.loads(json.dumps(spell(make, "code"))))
    with seeded(0):
        first = make(12)(RAW).mean
    with seeded(0):
        assert torch.equal(again(12)(RAW).mean, first)


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="activation='sigmoids' is unknown; did you mean"):
        heads.Delta(2, activation="sigmoids")


def test_rates_do_not_fit_a_normal_prior():
    code = heads.Delta(2, activation="sigmoid")
    encoder = conditional.Amortized(networks.MLP(3, 2), code)
    decoder = conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3))
    with pytest.raises(IncompatiblePartsError, match="live in 'unit'"):
        models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
