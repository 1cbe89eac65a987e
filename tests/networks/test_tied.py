"""A tied decoder: one matrix, two uses, through training, copies and files."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from latentia import networks
from latentia.training import seeded

X = torch.randn(9, 6, generator=torch.Generator().manual_seed(0))


def autoencoder(**options):
    with seeded(0):
        encoder = networks.MLP(6, 2, (4,), activation="tanh")
        decoder = networks.TiedMLP(encoder, activation="tanh", **options)
    return nn.ModuleDict({"encoder": encoder, "decoder": decoder})


def reconstruct(model):
    return model["decoder"](model["encoder"](X.to(next(model.parameters()))))


def trained(model, n_steps=3):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(n_steps):
        optimizer.zero_grad()
        (reconstruct(model) - X.to(next(model.parameters()))).square().sum().backward()
        optimizer.step()
    return model


def is_tied(model):
    affine = [layer for layer in model["encoder"].layers if isinstance(layer, nn.Linear)]
    weights = model["decoder"].weights
    return all(
        w.data_ptr() == layer.weight.data_ptr() and torch.equal(w, layer.weight.T)
        for w, layer in zip(weights, affine[::-1], strict=True)
    )


def test_it_is_the_formula():
    model = trained(autoencoder())
    first, _, second = model["encoder"].layers
    z = torch.randn(5, 2)
    inner, outer = model["decoder"].biases
    expected = torch.tanh(z @ second.weight + inner) @ first.weight + outer
    assert torch.allclose(model["decoder"](z), expected, atol=1e-6)
    assert inner.abs().min() > 0 and outer.abs().min() > 0


def test_gradients_of_both_uses_add():
    model = autoencoder().double()
    x = X.double()
    first, _, second = model["encoder"].layers
    reconstruct(model).square().sum().backward()
    uses = [w.detach().clone().requires_grad_() for w in (first.weight, second.weight) * 2]
    up_1, up_2, down_1, down_2 = uses
    z = torch.tanh(x @ up_1.T + first.bias) @ up_2.T + second.bias
    inner, outer = model["decoder"].biases
    y = torch.tanh(z @ down_2 + inner) @ down_1 + outer
    y.square().sum().backward()
    assert torch.allclose(first.weight.grad, up_1.grad + down_1.grad)
    assert torch.allclose(second.weight.grad, up_2.grad + down_2.grad)
    assert down_1.grad.abs().sum() > 0 and up_1.grad.abs().sum() > 0


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model,
        trained,
        copy.deepcopy,
        lambda model: model.double(),
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: trained(copy.deepcopy(trained(model)).double()),
    ],
    ids=["fresh", "trained", "deepcopy", "double", "pickle", "all"],
)
def test_the_tie_survives(change):
    model = change(autoencoder())
    assert is_tied(model)
    assert reconstruct(model).isfinite().all()


def test_a_copy_is_tied_to_the_copy():
    model = autoencoder()
    before = reconstruct(model)
    other = trained(copy.deepcopy(model))
    assert is_tied(other)
    assert torch.equal(reconstruct(model), before)
    assert not torch.allclose(reconstruct(other), before)


def test_each_weight_is_written_once():
    model, other = trained(autoencoder()), autoencoder()
    state = model.state_dict()
    assert len({tensor.data_ptr() for tensor in state.values()}) == len(state)
    assert sum(tensor.numel() for tensor in state.values()) == (6 * 4 + 4 + 4 * 2 + 2) + (4 + 6)
    other.load_state_dict(load(save(state)))
    assert torch.equal(reconstruct(other), reconstruct(model))


def test_it_has_the_layers_of_a_network_of_its_own():
    def kinds(layers):
        return [type(m) for m in layers if not isinstance(m, (nn.Linear, nn.Sequential))]

    own = networks.MLP(2, 6, (4,), activation="tanh", layer_norm=True, dropout=0.5)
    tied = autoencoder(layer_norm=True, dropout=0.5)["decoder"]
    assert kinds(tied.between.modules())[1:] == kinds(own.layers)
    with seeded(0):
        assert not torch.equal(tied(torch.ones(99, 2)), tied(torch.ones(99, 2)))
    tied.eval()
    assert torch.equal(tied(torch.ones(1, 2)), tied(torch.ones(1, 2)))


def test_without_hidden_layers_it_is_the_transpose():
    encoder = networks.MLP((2, 3), 4)
    z = torch.randn(7, 5, 4)
    assert torch.equal(networks.TiedMLP(encoder)(z), z @ encoder.layers[0].weight)


@pytest.mark.parametrize(
    "encoder",
    [networks.MLP(6, 2, context=3), networks.ConvolutionalEncoder((8, 8), 2), nn.Linear(6, 2)],
    ids=["context", "convolutional", "linear"],
)
def test_other_encoders_are_refused(encoder):
    with pytest.raises(ValueError, match="of an MLP without context, but encoder is"):
        networks.TiedMLP(encoder)


def test_wrong_inputs_are_named():
    decoder = autoencoder()["decoder"]
    with pytest.raises(ValueError, match=r"TiedMLP was built for inputs of shape \(\.\.\., 2\)"):
        decoder(torch.zeros(3, 4))
    with pytest.raises(ValueError, match="context=0, but got 1"):
        decoder(torch.zeros(3, 2), torch.zeros(3, 1))
    with pytest.raises(ValueError, match="did you mean 'tanh'"):
        networks.TiedMLP(networks.MLP(3, 2), activation="tahn")
