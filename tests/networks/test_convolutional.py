"""Filters that keep channels last say what they said, whoever reads their gradients."""

from __future__ import annotations

import copy

import numpy as np
import torch

from latentia import Autoencoder
from latentia.networks import ConvolutionalDecoder, ConvolutionalEncoder
from latentia.training import seeded


def test_the_order_of_memory_changes_rounding_only():
    with seeded(0):
        networks = ConvolutionalEncoder((3, 12, 10), 4), ConvolutionalDecoder(4, (3, 12, 10))
        inputs = torch.randn(5, 3, 12, 10), torch.randn(5, 4)
    for network, x in zip(networks, inputs, strict=True):
        plain = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
        torch.testing.assert_close(network(x), plain(x))
        batched = torch.vmap(network)(x.unsqueeze(1))
        torch.testing.assert_close(batched.squeeze(1), network(x))


def test_lbfgs_of_torch_reads_their_gradients():
    images = np.random.default_rng(0).random((12, 8, 8)).astype(np.float32)
    model = Autoencoder(
        2, network="convolutional", optimizer="lbfgs", max_iter=2, random_state=0, verbose=False
    ).fit(images)
    losses = model.history_.curve("loss")
    assert losses[-1] < losses[0]
