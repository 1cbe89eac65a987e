"""The activation functions by name, and the maps that go with them."""

from collections.abc import Callable

from torch import nn

activations: dict[str, Callable[[], nn.Module]] = {
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "identity": nn.Identity,
    "leaky-relu": nn.LeakyReLU,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}

#: Those that cut off about half of their input.
RECTIFIERS = frozenset({"elu", "gelu", "leaky-relu", "relu", "silu", "softplus"})


def hidden_affine(n_in: int, n_out: int, activation: str) -> nn.Linear:
    """Return the affine map of a hidden layer, which keeps the scale of a signal with depth.

    Weights start uniform with variance 2 / n_in before a rectifier, and 2 / (n_in + n_out) before
    anything else; biases start at zero.
    """
    layer = nn.Linear(n_in, n_out)
    if activation in RECTIFIERS:
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    else:
        nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
