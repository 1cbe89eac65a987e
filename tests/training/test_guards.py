"""What a step costs, in counts: they do not depend on the machine, and they say why it is slow."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch import nn
from torch._dynamo import config as dynamo_config
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.models import Batch
from latentia.objectives import ELBO, Info
from latentia.training import Trainer, seeded
from latentia.training._compiling import compiled
from latentia.training._compiling.ahead import Ahead
from latentia.training._compiling.looped import own

BATCH, N_FEATURES, N_CODE = 8, 6, 2

OBJECTIVES = {
    "ELBO": ELBO,
    "ELBO with free bits": lambda: ELBO(free_bits=0.1),
    "IWAE": lambda: objectives.IWAE(3),
    "MMD": lambda: ELBO() + objectives.MMD(),
    "TotalCorrelation": lambda: ELBO() + objectives.TotalCorrelation(),
    "Adversarial": objectives.Adversarial,
}


class Kernels(TorchDispatchMode):
    """Counts the operations that compute something, and the bytes of what they make."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()
        self.largest = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        found = function(*args, **(kwargs or {}))
        if not function.is_view:
            self.counts[function._overloadpacket.__name__] += 1
        known = {t.data_ptr() for t in args if isinstance(t, torch.Tensor)}
        for made in found if isinstance(found, list | tuple) else [found]:
            if isinstance(made, torch.Tensor) and made.untyped_storage().data_ptr() not in known:
                self.largest = max(self.largest, made.untyped_storage().nbytes())
        return found

    @property
    def n_waits(self):
        return self.counts["_local_scalar_dense"] + self.counts["nonzero"]


def rows(n):
    return torch.rand(n, N_FEATURES, generator=torch.Generator().manual_seed(0))


def trainer_of(objective):
    code, pixels = heads.DiagonalNormal(N_CODE), heads.Bernoulli(N_FEATURES)
    with seeded(0):
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(N_FEATURES, code.n_params, (16,)), code),
            conditional.Amortized(networks.MLP(N_CODE, pixels.n_params, (16,)), pixels),
            priors.StandardNormal(N_CODE),
        )
        return Trainer(model, objective, batch_size=BATCH, device="cpu", compile=False)


def an_epoch(objective, n):
    """Count what an epoch of n examples takes, after one that makes what is made once."""
    trainer, x = trainer_of(objective), rows(n)
    trainer.fit(x[:BATCH], epochs=1)
    with Kernels() as kernels:
        trainer.fit(x, epochs=1)
    return kernels


def a_step(objective):
    """Count what a step takes, apart from the meters, after one that makes what is made once."""
    trainer = trainer_of(objective)
    data, index, info = Batch(rows(4 * BATCH)), torch.arange(BATCH), Info(0, 0, 4 * BATCH)
    trainer._steps(data, index, info, [1e-3], lambda steps, sums: None)
    with Kernels() as kernels:
        trainer._steps(data, index, info, [1e-3], lambda steps, sums: None)
    return kernels


class HandWritten(nn.Module):
    """The same networks and bound, as one would write them in a loop."""

    def __init__(self):
        super().__init__()
        self.hidden, self.code = nn.Linear(N_FEATURES, 16), nn.Linear(16, 2 * N_CODE)
        self.back, self.pixels = nn.Linear(N_CODE, 16), nn.Linear(16, N_FEATURES)

    def forward(self, x):
        mean, log_variance = self.code(self.hidden(x).relu()).chunk(2, -1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        logits = self.pixels(self.back(z).relu())
        error = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
        return (error + kl) / len(x)


def by_hand():
    model, x, index = HandWritten(), rows(4 * BATCH), torch.arange(BATCH)
    adam = torch.optim.Adam(model.parameters(), fused=True)
    model(x).backward()
    adam.step()
    with Kernels() as kernels:
        adam.zero_grad()
        model(x[index]).backward()
        adam.step()
    return kernels


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_step_never_waits_for_the_device(name):
    assert a_step(OBJECTIVES[name]()).n_waits == 0


@pytest.mark.parametrize("name", OBJECTIVES)
def test_an_epoch_looks_at_each_loss_once_on_a_cpu(name):
    few, many = (an_epoch(OBJECTIVES[name](), n * BATCH) for n in (4, 14))
    n_players = len(trainer_of(OBJECTIVES[name]())._optimizers)
    assert many.n_waits - few.n_waits <= 10 * n_players


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["ELBO with free bits", "MMD", "Adversarial"])
def test_a_step_is_one_graph(name):
    trainer = trainer_of(OBJECTIVES[name]())
    data, index, info = Batch(rows(4 * BATCH)), torch.arange(BATCH), Info(0, 0, 4 * BATCH)
    trainer._steps(data, index, info, [1e-3], lambda steps, sums: None)
    ahead, numbers = Ahead(1, 0, 4 * BATCH), torch.tensor([1e-3], dtype=torch.float64)
    with dynamo_config.patch(trace_autograd_ops=True):
        explained = torch._dynamo.explain(own(compiled._step))
        found = explained(trainer._steps, data, index, ahead, numbers, False)
    assert (found.graph_count, found.graph_break_count) == (1, 0), found.break_reasons


def test_a_step_has_few_kernels_more_than_one_by_hand():
    ours, theirs = a_step(ELBO()).counts, by_hand().counts
    # The terms that are reported, constants of the densities, and the bounds of log-scales.
    assert ours.total() <= theirs.total() + 35


def test_the_products_are_those_of_a_step_by_hand():
    def products(kernels):
        return sum(kernels.counts[name] for name in ("mm", "addmm", "bmm", "matmul"))

    assert products(a_step(ELBO())) == products(by_hand())


def test_kernels_grow_with_steps_only():
    counts = [an_epoch(ELBO(), n * BATCH).counts.total() for n in (4, 8, 12)]
    assert counts[2] - counts[1] == counts[1] - counts[0]


def test_data_are_not_copied():
    n = 400 * BATCH
    kernels = an_epoch(ELBO(), n)
    assert kernels.largest < rows(n).untyped_storage().nbytes() / 2
