"""Networks: any image size, leading dimensions kept, the formula by hand."""

from __future__ import annotations

import pytest
import torch

from latentia import networks


def test_without_hidden_layers_it_is_one_affine_map():
    net = networks.MLP((2, 2), 3)
    x = torch.randn(5, 2, 2)
    layer = net.layers[0]
    assert torch.allclose(net(x), x.flatten(1) @ layer.weight.T + layer.bias)
    assert len(list(net.parameters())) == 2


def test_one_hidden_layer_equals_the_formula():
    net = networks.MLP(4, 2, (3,), activation="sigmoid")
    first, second = net.layers[0], net.layers[-1]
    x = torch.randn(5, 4)
    h = torch.sigmoid(x @ first.weight.T + first.bias)
    assert torch.allclose(net(x), h @ second.weight.T + second.bias, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize(
    "size", [(8, 8), (9, 13), (28, 28), (31, 17), (64, 50), (255, 256)], ids=str
)
def test_convolutions_mirror_any_image_size(size, channels):
    shape = (channels, *size)
    stages = networks.networks["convolutional"].default_sizes(shape)[:3]
    encoder = networks.ConvolutionalEncoder(shape, 4, stages)
    decoder = networks.ConvolutionalDecoder(4, shape, stages[::-1])
    with torch.no_grad():
        z = encoder(torch.zeros(1, *shape))
        assert decoder(z).unflatten(-1, shape).shape == (1, *shape)


@pytest.mark.parametrize("kernel_size", [3, 4, 5])
def test_every_pixel_is_seen_and_drawn(kernel_size):
    # Odd sides lose their border in a mirror that only knows powers of two.
    shape = (1, 11, 14)
    encoder = networks.ConvolutionalEncoder(
        shape, 4, (4, 8), kernel_size=kernel_size, activation="tanh"
    )
    decoder = networks.ConvolutionalDecoder(
        4, shape, (8, 4), kernel_size=kernel_size, activation="tanh"
    )
    x = torch.randn(1, *shape, requires_grad=True)
    encoder(x).sum().backward()
    seen = x.grad != 0
    assert seen[..., :-1, :-1].all()
    jacobian = torch.autograd.functional.jacobian(decoder, torch.randn(4))
    assert (jacobian != 0).any(-1).all()


@pytest.mark.parametrize(
    "net",
    [networks.MLP((6, 8), 3, (5,)), networks.ConvolutionalEncoder((8, 8), 3, (4,))],
    ids=["mlp", "convolutional"],
)
def test_leading_dimensions_are_kept_and_independent(net):
    shape = net.in_shape
    x = torch.randn(2, 3, *shape)
    assert torch.allclose(net(x)[1, 2], net(x[1, 2].unsqueeze(0))[0], atol=1e-5)


@pytest.mark.parametrize("make", [networks.MLP, networks.ConvolutionalEncoder])
def test_context_changes_the_output_and_is_asked_for(make):
    net = make((8, 8), 3, (4,), context=2)
    x = torch.randn(5, 8, 8)
    a, b = net(x, torch.zeros(5, 2)), net(x, torch.ones(5, 2))
    assert not torch.allclose(a, b)
    with pytest.raises(ValueError, match="context=2"):
        net(x)


def test_context_spreads_over_samples():
    net = networks.ConvolutionalDecoder(3, (8, 8), (4,), context=2)
    assert net(torch.randn(7, 5, 3), torch.randn(5, 2)).shape == (7, 5, 64)


def test_layer_norm_and_dropout_do_not_mix_examples():
    net = networks.MLP(4, 2, (8,), layer_norm=True)
    x = torch.randn(6, 4)
    assert torch.allclose(net(x)[:2], net(x[:2]), atol=1e-6)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"built for inputs of shape \(\.\.\., 28, 28\)"):
        networks.MLP((28, 28), 2)(torch.zeros(3, 27, 28))
    with pytest.raises(ValueError, match="too many"):
        networks.ConvolutionalEncoder((4, 4), 2, (8, 8, 8, 8), kernel_size=4)
    with pytest.raises(ValueError, match="use network='mlp'"):
        networks.ConvolutionalEncoder((64,), 2)
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        networks.MLP(3, 2, activation="relo")
