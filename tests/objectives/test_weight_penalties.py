"""Penalties of the decoder's weights: exact on matrices with a known spectrum, and at work."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import jacrev

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info, Orthogonality, Reconstruction, SpectralNorm
from latentia.training import Cosine, Trainer, seeded

BOTH = pytest.mark.parametrize("penalty", [SpectralNorm(), Orthogonality()], ids=["norm", "angle"])
X = torch.randn(6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def measure(penalty, net):
    """The loss for a decoder of any input and output: weights need no forward pass."""
    encoder = conditional.Amortized(networks.MLP(5, 3), heads.Delta(3)).double()
    decoder = conditional.Amortized(net, heads.DiagonalNormal(5, scale=1.0))
    return measure_model(penalty, models.LatentVariableModel(encoder, decoder))


def measure_model(penalty, model):
    return penalty(model.trace(models.Batch(X)), Info())


def random_matrix(n_out, n_in, singular_values, seed=0):
    with seeded(seed):
        u = torch.linalg.qr(torch.randn(n_out, n_out, dtype=torch.float64))[0]
        v = torch.linalg.qr(torch.randn(n_in, n_in, dtype=torch.float64))[0]
    k = len(singular_values)
    return u[:, :k] @ torch.tensor(singular_values, dtype=torch.float64).diag() @ v[:, :k].T


def affine(*matrices):
    layers = [nn.Linear(*m.shape[::-1]).double() for m in matrices]
    for layer, matrix in zip(layers, matrices, strict=True):
        layer.weight.data = matrix
    return nn.Sequential(*layers)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)], ids=str)
def test_values_are_those_of_the_singular_values(shape):
    sigma = [2.0, 1.5, 0.5]
    net = affine(random_matrix(*shape, sigma))
    rest = min(shape) - 3  # directions that the matrix sends to zero
    assert measure(SpectralNorm(), net).total.item() == pytest.approx(4.0)
    expected = sum((s**2 - 1) ** 2 for s in sigma) + rest
    assert measure(Orthogonality(), net).total.item() == pytest.approx(expected)


def test_layers_add_up_and_examples_share_the_value():
    net = affine(random_matrix(4, 3, [3.0, 1.0, 1.0]), random_matrix(5, 4, [2.0, 1, 1, 1]))
    loss = measure(SpectralNorm(), net)
    assert torch.allclose(loss.values, torch.full((6,), 13.0).double())
    assert set(loss.terms) == {"spectral_norm"}
    assert not SpectralNorm().uses_batch_statistics


def test_orthonormal_columns_cost_nothing():
    net = affine(random_matrix(4, 3, [1.0] * 3), random_matrix(5, 4, [1.0] * 4))
    assert measure(Orthogonality(), net).total.item() == pytest.approx(0, abs=1e-20)


@BOTH
def test_neither_decoder_nor_prior_has_to_run(penalty):
    class Silent(nn.Linear):
        def forward(self, z):
            raise AssertionError

    assert measure(penalty, Silent(3, 5)).total.isfinite()


def test_the_gradient_of_the_spectral_norm_is_twice_the_outer_product_of_its_vectors():
    matrix = random_matrix(5, 3, [2.0, 1.0, 0.5])
    net = affine(matrix)
    (gradient,) = torch.autograd.grad(measure(SpectralNorm(), net).total, net[0].weight)
    u, s, vh = torch.linalg.svd(matrix)
    assert torch.allclose(gradient, 2 * s[0] * torch.outer(u[:, 0], vh[0]))


@BOTH
def test_gradients_stay_finite_where_singular_values_are_equal_or_zero(penalty):
    for matrix in (random_matrix(5, 3, [1.0] * 3), torch.zeros(5, 3).double()):
        net = affine(matrix)
        (gradient,) = torch.autograd.grad(measure(penalty, net).total, net[0].weight)
        assert gradient.isfinite().all()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("transposed", [False, True], ids=["forward", "transposed"])
@BOTH
def test_a_kernel_of_one_pixel_is_the_matrix_between_channels(penalty, transposed, groups):
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layer = kind(4, 6, 1, groups=groups, bias=False).double()
    jacobian = jacrev(lambda h: layer(h.view(1, 4, 1, 1)).flatten())(torch.zeros(4).double())
    # The layer keeps one block for each group; as a matrix these stand one below the other.
    blocks = [
        jacobian[6 // groups * g : 6 // groups * (g + 1), 4 // groups * g : 4 // groups * (g + 1)]
        for g in range(groups)
    ]
    expected = measure(penalty, affine(torch.cat(blocks))).total
    assert torch.allclose(measure(penalty, layer).total, expected)


def test_larger_kernels_have_a_row_for_each_output_channel():
    conv, mirror = nn.Conv2d(3, 7, (2, 5)).double(), nn.ConvTranspose2d(3, 7, (2, 5)).double()
    mirror.weight.data = conv.weight.data.transpose(0, 1)
    flat = affine(conv.weight.detach().view(7, 30))
    for layer in (conv, mirror):
        for penalty in (SpectralNorm(), Orthogonality()):
            assert torch.allclose(measure(penalty, layer).total, measure(penalty, flat).total)


@BOTH
def test_every_layer_of_a_chain_counts(penalty):
    nets = [affine(random_matrix(4, 3, [2.0, 1.0, 0.5])), affine(random_matrix(5, 4, [3.0, 1.0]))]
    encoder = conditional.Amortized(networks.MLP(5, 3), heads.Delta(3)).double()
    chain = conditional.Composed(
        conditional.Amortized(nets[0], heads.Delta(4)),
        conditional.Amortized(nets[1], heads.Delta(5)),
    )
    total = measure_model(penalty, models.LatentVariableModel(encoder, chain)).total
    assert torch.allclose(total, sum(measure(penalty, net).total for net in nets))


@BOTH
def test_a_borrowed_weight_does_not_count(penalty):
    class Tied(nn.Module):
        """The transpose of a layer that belongs to the encoder, after one of its own."""

        def __init__(self, source):
            super().__init__()
            self._source = [source]
            self.own = nn.Linear(3, 4)

        def forward(self, z):
            return self.own(z) @ self._source[0].weight

    tied = Tied(nn.Linear(5, 4))
    assert torch.allclose(measure(penalty, tied).total, measure(penalty, tied.own).total)


@BOTH
def test_a_decoder_without_weights_is_refused(penalty):
    encoder = conditional.Amortized(networks.MLP(5, 3), heads.Delta(3)).double()
    model = models.LatentVariableModel(encoder, conditional.Identity(3))
    message = "and the decoder Identity do not fit: it has no weight matrices of its own"
    with pytest.raises(IncompatiblePartsError, match=message):
        measure_model(penalty, model)


@BOTH
def test_half_precision_products_do_not_round_the_penalty(penalty):
    net = affine(random_matrix(5, 3, [1.001, 1.0, 0.999]))
    exact = measure(penalty, net).total
    with torch.autocast("cpu", torch.bfloat16):
        rounded = measure(penalty, net).total
    assert rounded.item() == pytest.approx(exact.item(), rel=1e-6)


def trained(objective):
    """A linear autoencoder of data with a clear spectrum, and the data."""
    with seeded(0):
        axes = torch.linalg.qr(torch.randn(5, 5))[0]
        x = torch.randn(1000, 5) @ torch.diag(torch.tensor([3.0, 2.0, 1.3, 0.5, 0.3])) @ axes
        x = x - x.mean(0)
        code, likelihood = heads.Delta(3), heads.DiagonalNormal(5, scale=1.0)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, 3), code),
            conditional.Amortized(networks.MLP(3, 5), likelihood),
        )
    rate = Cosine(0.02, 600)
    Trainer(model, objective, learning_rate=rate, batch_size=100, device="cpu").fit(x, epochs=60)
    return model, x


def test_an_orthogonal_decoder_still_reaches_the_floor_of_principal_components():
    def distance(model):
        weight = model.decoder.net.layers[0].weight.detach()
        return (weight.T @ weight - torch.eye(3)).abs().max()

    plain, _ = trained(Reconstruction("squared_error"))
    model, x = trained(Reconstruction("squared_error") + 1.0 * Orthogonality())
    assert distance(model) < 1e-2 < 1e-1 < distance(plain)
    error = (model.decode(model.encode(x)) - x).square().sum()
    floor = torch.linalg.svdvals(x)[3:].square().sum()
    assert 0.999 * floor < error < 1.005 * floor


def test_a_held_norm_makes_the_decoder_flat():
    largest = {}
    for weight in (0.0, 1.0):
        model, _ = trained(Reconstruction("squared_error") + weight * SpectralNorm())
        largest[weight] = torch.linalg.svdvals(model.decoder.net.layers[0].weight.detach())[0]
    assert largest[1.0] < 0.5 * largest[0.0]
