"""Total correlation: exact with all data, unbiased with some, and a part of the divergence."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, Info, TotalCorrelation
from latentia.training import Trainer, seeded

LOC = torch.tensor([[0.0, 0.0], [2.0, 1.0], [-1.0, 2.0], [3.0, -2.0], [0.5, 1.5]]).double()
SCALE = torch.tensor([[0.5, 1.0], [0.7, 0.3], [1.5, 0.4], [0.2, 0.9], [1.0, 1.0]]).double()


def model(prior=True):
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(3)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, q.n_params), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
            priors.StandardNormal(2) if prior else None,
        ).double()


def trace_of(rows, z, prior=True):
    posterior = Independent(Normal(LOC[rows], SCALE[rows]), 1)
    return models.Trace(model(prior), models.Batch(torch.zeros(len(rows), 3)), posterior, z)


def aggregated(dimensions):
    """The mixture of all posteriors, exactly."""
    normals = Independent(Normal(LOC[:, dimensions], SCALE[:, dimensions]), 1)
    return MixtureSameFamily(Categorical(torch.ones(len(LOC)).double()), normals)


def draws(n_samples=3):
    with seeded(1):
        return Normal(LOC, SCALE).sample((n_samples,))


def test_it_is_exact_with_all_data():
    z = draws()
    values = TotalCorrelation()(trace_of(range(5), z), Info(n_examples=5)).values
    joint = aggregated([0, 1]).log_prob(z)
    marginals = sum(aggregated([j]).log_prob(z[..., [j]]) for j in (0, 1))
    assert torch.allclose(values, (joint - marginals).mean(0))


def test_densities_are_unbiased_over_all_batches_that_an_example_is_in():
    # The information that a term reports gives the estimate of the density back.
    z = draws(1)
    for size in (2, 3, 4):
        found = []
        for others in itertools.combinations(range(1, 5), size - 1):
            rows = [0, *others]
            loss = TotalCorrelation()(trace_of(rows, z[:, rows]), Info(n_examples=5))
            own = Independent(Normal(LOC[0], SCALE[0]), 1).log_prob(z[0, 0])
            found.append((own - loss.terms["index_code_mutual_information"][0]).exp())
        expected = aggregated([0, 1]).log_prob(z[0, 0]).exp()
        assert torch.stack(found).mean() == pytest.approx(expected.item(), rel=1e-9)


@torch.no_grad()
def test_it_is_the_total_correlation_by_quadrature():
    # The mean over 4,000 draws, within five standard errors of an integral on a grid.
    grid = torch.linspace(-8, 10, 1201, dtype=torch.float64)
    x, y = torch.meshgrid(grid, grid, indexing="ij")
    joint = aggregated([0, 1]).log_prob(torch.stack([x, y], -1))
    split = aggregated([0]).log_prob(x.unsqueeze(-1)) + aggregated([1]).log_prob(y.unsqueeze(-1))
    truth = (joint.exp() * (joint - split)).sum() * (grid[1] - grid[0]) ** 2
    each = []
    for z in draws(4_000).split(400):
        loss = TotalCorrelation()(trace_of(range(5), z), Info(n_examples=5))
        each.append(loss.total)
    each = torch.stack(each)
    assert truth > 0.1
    assert (each.mean() - truth).abs() < 5 * each.std() / len(each) ** 0.5


def test_three_terms_are_the_divergence():
    z = draws(2)
    for n_examples in (5, 70):
        trace = trace_of(range(5), z)
        terms = TotalCorrelation()(trace, Info(n_examples=n_examples)).terms
        sampled = (trace.posterior.log_prob(z) - trace.prior.log_prob(z)).mean(0)
        assert torch.allclose(sum(terms.values()), sampled)


def test_without_a_prior_there_is_no_third_term():
    terms = TotalCorrelation()(trace_of(range(5), draws(), prior=False), Info()).terms
    assert set(terms) == {"index_code_mutual_information", "total_correlation"}


def test_it_vanishes_where_codes_do_not_tell_examples_apart():
    posterior = Independent(Normal(LOC.new_zeros(4, 2), LOC.new_ones(4, 2)), 1)
    trace = models.Trace(model(), models.Batch(torch.zeros(4, 3)), posterior, draws(1)[:, :4])
    assert TotalCorrelation()(trace, Info(n_examples=9)).values.abs().max() < 1e-12


def test_one_example_alone_costs_nothing():
    z = draws(1)[:, :1]
    assert TotalCorrelation()(trace_of([0], z), Info(n_examples=5)).values.abs().max() < 1e-12


def test_it_adds_up_with_a_bound_and_learns_from_less_than_all_data():
    with seeded(0):
        x = torch.randn(200, 3)
    objective = ELBO() + 5.0 * TotalCorrelation()
    assert objective.uses_batch_statistics
    history = Trainer(model().float(), objective, device="cpu").fit(x, epochs=2)
    record = history.records[-1]
    expected = -record["elbo"] + 5 * record["total_correlation"]
    assert record["loss"] == pytest.approx(expected, rel=1e-5)


def test_it_needs_the_density_of_each_dimension():
    of, code = model(), heads.FullNormal(2)
    of.encoder = conditional.Amortized(networks.MLP(3, code.n_params), code).double()
    trace = of.trace(models.Batch(torch.zeros(4, 3, dtype=torch.float64)))
    with pytest.raises(
        IncompatiblePartsError, match=r"posterior FullNormal do not.*DiagonalNormal"
    ):
        objectives.TotalCorrelation()(trace, Info())
