"""The floor: the matrix products and convolutions of a training step, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.contestants import OneByOne, seconds
from benchmarks.peers.networks import decoder, encoder
from benchmarks.works import Work

Task = Callable[[], object]


class Products(OneByOne):
    """Forward and backward products of every layer on numbers that never change."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.n_steps = work.n_steps
        rows = torch.from_numpy(x[: work.batch]).reshape(-1, *work.shape)
        codes = torch.randn(len(rows), work.n_code)
        self.products = [
            product
            # The data need no derivative; the code does.
            for network, start, first in (
                (encoder(work), rows, True),
                (decoder(work), codes, False),
            )
            for product in _products(network, start, first)
        ]

    @torch.no_grad()
    def epoch(self) -> float:
        return seconds(self._products)

    def _products(self) -> None:
        for _ in range(self.n_steps):
            for product in self.products:
                product()


@torch.no_grad()
def _products(network: nn.Sequential, x: Tensor, first: bool) -> list[Task]:
    found: list[Task] = []
    for layer in network:
        y = layer(x)
        if isinstance(layer, nn.Linear):
            found += _linear(x, layer.weight, torch.randn_like(y), not first)
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            found += _convolution(layer, x, torch.randn_like(y), not first)
        first = first and not list(layer.parameters())
        x = y
    return found


def _linear(x: Tensor, weight: Tensor, slope: Tensor, back: bool) -> list[Task]:
    found = [_product(x, weight.t()), _product(slope.t(), x)]
    return [*found, _product(slope, weight)] if back else found


def _product(a: Tensor, b: Tensor) -> Task:
    """Return the product by whichever of torch's two libraries is the faster here."""
    out = a.new_empty(len(a), b.shape[1])
    ways: list[Task] = [lambda: torch.mm(a, b, out=out)]
    if torch.backends.mkldnn.is_available():
        ways.append(lambda: torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], ""))
    return _fastest(ways)


def _convolution(
    layer: nn.Conv2d | nn.ConvTranspose2d, x: Tensor, slope: Tensor, back: bool
) -> list[Task]:
    """Return the convolution and its derivatives, each in the order of memory it is faster in."""
    transposed = isinstance(layer, nn.ConvTranspose2d)
    how = (layer.stride, layer.padding, layer.dilation, transposed, layer.output_padding, 1)

    def ways(order: torch.memory_format) -> list[Task]:
        here, there, filters = (
            one.contiguous(memory_format=order) for one in (x, slope, layer.weight)
        )

        def derivative(*wanted: bool) -> Task:
            return lambda: torch.ops.aten.convolution_backward(
                there, here, filters, None, *how, wanted
            )

        forward = lambda: torch.ops.aten.convolution(here, filters, None, *how)  # noqa: E731
        both = [forward, derivative(False, True, False)]
        return [*both, derivative(True, False, False)] if back else both

    orders = torch.contiguous_format, torch.channels_last
    return [_fastest(pair) for pair in zip(*map(ways, orders), strict=True)]


def _fastest(ways: Sequence[Task]) -> Task:
    return min(ways, key=lambda way: min(seconds(way) for _ in range(30)))
