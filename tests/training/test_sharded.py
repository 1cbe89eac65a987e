"""Weights that are divided among two processes learn what whole ones do."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import (
    ELBO,
    Constrained,
    Contractive,
    Decorrelation,
    Factor,
    Reconstruction,
    TotalCorrelation,
)
from latentia.training import Checkpoints, Ranks, Trainer, seeded, shard, whole
from latentia.training._processes.ranks import is_piece

X = torch.randn(41, 5, generator=torch.Generator().manual_seed(0)).double()
HELD_OUT = torch.randn(9, 5, generator=torch.Generator().manual_seed(1)).double()


def build(code, prior):
    with seeded(0):
        q, p = code(2), heads.DiagonalNormal(5, scale="shared")
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            prior(2),
        ).double()


CASES = {
    "reconstruction": (Reconstruction, heads.Delta, priors.StandardNormal, {}),
    "clipped": (Reconstruction, heads.Delta, priors.StandardNormal, {"clip_norm": 0.1}),
    "pieces": (Reconstruction, heads.Delta, priors.StandardNormal, {"micro_batch_size": 2}),
    "decorrelation": (
        lambda: Reconstruction() + 5 * Decorrelation(),
        heads.Delta,
        priors.StandardNormal,
        {"optimizer": "sgd-momentum"},
    ),
    "elbo": (ELBO, heads.DiagonalNormal, priors.LearnedNormal, {}),
    "total correlation": (
        lambda: ELBO() + TotalCorrelation(),
        heads.DiagonalNormal,
        priors.StandardNormal,
        {},
    ),
    "constrained": (
        lambda: Constrained(tolerance=0.5),
        heads.DiagonalNormal,
        priors.StandardNormal,
        {},
    ),
    "two players": (Factor, heads.DiagonalNormal, priors.StandardNormal, {}),
}


def train(case, divided, folder=None, epochs=3):
    objective, code, prior, options = CASES[case]
    model = build(code, prior)
    if divided:
        shard(model, large=1)
        pieces = [p for p in model.parameters() if is_piece(p)]
        assert len(pieces) == 8 and all(p.to_local().numel() < p.numel() for p in pieces)
    given = {"batch_size": 10, "precision": "float64", "device": "cpu", "learning_rate": 0.01}
    trainer = Trainer(model, objective(), **given, **options)
    kept = None if folder is None else Checkpoints(folder)
    found = None if kept is None else kept.latest()
    if found is not None:
        trainer.load_state_dict(found.state)
    history = trainer.fit(X, HELD_OUT, epochs=epochs, patience=2, checkpoints=kept)
    weights = whole(model.state_dict()).values()
    owned = trainer.objective.state_dict().values()
    return torch.cat([w.double().flatten() for w in (*weights, *owned)]), history


@pytest.mark.parametrize("case", CASES)
def test_they_learn_what_whole_weights_do(case, pair):
    for (found, told), (expected, history) in zip(
        pair(train, case, True), pair(train, case, False), strict=True
    ):
        assert torch.allclose(found, expected, rtol=0, atol=1e-9)
        assert told.curve("loss") == pytest.approx(history.curve("loss"), rel=1e-9)


def go_on(case, divided, folder):
    train(case, divided, folder, epochs=2)
    return train(case, divided, folder, epochs=1)


@pytest.mark.parametrize("case", ["reconstruction", "two players"])
def test_what_is_kept_of_pieces_is_read_by_pieces_and_by_one(case, pair, tmp_path):
    expected = pair(go_on, case, False, tmp_path / "whole")[0][0]
    assert torch.allclose(pair(go_on, case, True, tmp_path / "both")[0][0], expected, atol=1e-9)
    pair(train, case, True, tmp_path / "one", 2)
    assert list(tmp_path.glob("one/*/shard-00002-*"))
    found, _ = train(case, False, tmp_path / "one", epochs=1)
    if case == "reconstruction":  # the other draws, one process otherwise than two
        assert torch.allclose(found, expected, atol=1e-9)


def tied():
    encoder = networks.MLP(5, 2, (8,))
    model = models.LatentVariableModel(
        conditional.Amortized(encoder, heads.Delta(2)),
        conditional.Amortized(networks.TiedMLP(encoder), heads.DiagonalNormal(5, scale=1.0)),
    )
    with pytest.raises(IncompatiblePartsError) as told:
        shard(model, large=1)
    return str(told.value)


def penalised():
    model = shard(build(heads.Delta, priors.StandardNormal), large=1)
    with pytest.raises(IncompatiblePartsError) as told:
        Trainer(model, Reconstruction() + Contractive(), device="cpu", precision="float64")
    return str(told.value)


def test_what_computes_with_weights_elsewhere_is_refused(pair):
    assert all("whose weights another part uses do not fit" in told for told in pair(tied))
    assert all("Contractive and divided weights do" in told for told in pair(penalised))


def test_alone_nothing_is_divided():
    model = build(heads.Delta, priors.StandardNormal)
    assert Ranks.here().world == 1 and shard(model) is model
    assert not any(map(is_piece, model.parameters()))
