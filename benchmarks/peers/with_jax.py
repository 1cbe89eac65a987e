"""JAX with optax: a whole epoch is one compiled scan over gathered batches."""

from __future__ import annotations

import itertools
import math
from functools import partial

import jax
import numpy as np
import optax
from jax import Array, lax, nn
from jax import numpy as jnp

from benchmarks.contestants import OneByOne, seconds
from benchmarks.works import RATE, Work

Weights = dict[str, list[dict[str, Array]]]


class Jax(OneByOne):
    """A last smaller batch, which a scan cannot hold, is left out."""

    def __init__(self, work: Work, x: np.ndarray) -> None:
        self.work = work
        self.x = jnp.asarray(x)
        self.key, key = jax.random.split(jax.random.key(0))
        self.weights = start(work, key)
        self.adam = optax.adam(RATE)
        self.state = self.adam.init(self.weights)
        self.compiled = jax.jit(self._epoch, donate_argnums=(0, 1))

    def epoch(self) -> float:
        return seconds(self._wait)

    def code(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, log_variance = jnp.split(encode(self.work, self.weights, jnp.asarray(x)), 2, -1)
        return np.asarray(mean), np.asarray(log_variance)

    def outputs(self, z: np.ndarray) -> np.ndarray:
        return np.asarray(decode(self.work, self.weights, jnp.asarray(z)))

    def _wait(self) -> None:
        self.key, key = jax.random.split(self.key)
        found = self.compiled(self.weights, self.state, self.x, key)
        self.weights, self.state, _ = jax.block_until_ready(found)

    def _epoch(
        self, weights: Weights, state: optax.OptState, x: Array, key: Array
    ) -> tuple[Weights, optax.OptState, Array]:
        n_steps = len(x) // self.work.batch
        order_key, noise_key = jax.random.split(key)
        order = jax.random.permutation(order_key, len(x))[: n_steps * self.work.batch]
        (weights, state), losses = lax.scan(
            partial(self._step, x),
            (weights, state),
            (order.reshape(n_steps, -1), jax.random.split(noise_key, n_steps)),
        )
        return weights, state, losses.mean()

    def _step(
        self, x: Array, now: tuple[Weights, optax.OptState], drawn: tuple[Array, Array]
    ) -> tuple[tuple[Weights, optax.OptState], Array]:
        weights, state = now
        index, key = drawn
        loss, slopes = jax.value_and_grad(partial(bound, self.work))(weights, x[index], key)
        updates, state = self.adam.update(slopes, state)
        return (optax.apply_updates(weights, updates), state), loss


def bound(work: Work, weights: Weights, x: Array, key: Array) -> Array:
    """Return the negative evidence lower bound in nats an example."""
    mean, log_variance = jnp.split(encode(work, weights, x), 2, -1)
    z = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape)
    outputs = decode(work, weights, z)
    if work.binary:
        error = optax.sigmoid_binary_cross_entropy(outputs, x).sum()
    else:
        error = 0.5 * jnp.square(outputs - x).sum()
    divergence = -0.5 * (1 + log_variance - jnp.square(mean) - jnp.exp(log_variance)).sum()
    return (error + divergence) / len(x)


def start(work: Work, key: Array) -> Weights:
    """Return weights drawn as PyTorch draws its own."""
    keys = iter(jax.random.split(key, 2 * (2 * len(work.hidden) + 2)))

    def layer(shape: tuple[int, ...], n_out: int, fan_in: int) -> dict[str, Array]:
        reach = 1 / math.sqrt(fan_in)
        return {
            "weight": jax.random.uniform(next(keys), (*shape, n_out), minval=-reach, maxval=reach),
            "bias": jax.random.uniform(next(keys), (n_out,), minval=-reach, maxval=reach),
        }

    def dense(widths: tuple[int, ...]) -> list[dict[str, Array]]:
        return [layer((n_in,), n_out, n_in) for n_in, n_out in itertools.pairwise(widths)]

    def filters(widths: tuple[int, ...], fans: tuple[int, ...]) -> list[dict[str, Array]]:
        pairs = zip(itertools.pairwise(widths), fans, strict=True)
        return [layer((4, 4, n_in), n_out, 16 * fan) for (n_in, n_out), fan in pairs]

    back = work.hidden[::-1]
    if not work.is_image:
        return {
            "encoder": dense((work.n_features, *work.hidden, 2 * work.n_code)),
            "decoder": dense((work.n_code, *back, work.n_features)),
        }
    down, up = (work.shape[0], *work.hidden), (*back, work.shape[0])
    n_flat = _side(work) ** 2 * back[0]
    return {
        "encoder": [*filters(down, down[:-1]), *dense((n_flat, 2 * work.n_code))],
        # PyTorch counts the outputs of a transposed filter as its fan-in.
        "decoder": [*dense((work.n_code, n_flat)), *filters(up, up[1:])],
    }


def encode(work: Work, weights: Weights, x: Array) -> Array:
    """Return means and log-variances side by side."""
    *stages, last = weights["encoder"]
    h = _as_image(work, x)
    for stage in stages:
        h = nn.relu(_convolved(h, stage, 2, 1) if work.is_image else _mapped(h, stage))
    return _mapped(h.reshape(len(x), -1), last)


def decode(work: Work, weights: Weights, z: Array) -> Array:
    """Return logits or means, flat."""
    first, *stages = weights["decoder"]
    h = _mapped(z, first)
    if work.is_image:
        h = h.reshape(len(z), _side(work), _side(work), -1)
    for stage in stages:
        h = nn.relu(h)
        h = _convolved(h, stage, 1, 2) if work.is_image else _mapped(h, stage)
    return h.reshape(len(z), -1)


def _side(work: Work) -> int:
    return work.shape[-1] // 2 ** len(work.hidden)


def _as_image(work: Work, x: Array) -> Array:
    # Channels come last, which XLA has the faster convolutions for on a CPU.
    return x.reshape(-1, *work.shape[1:], work.shape[0]) if work.is_image else x


def _mapped(h: Array, layer: dict[str, Array]) -> Array:
    return h @ layer["weight"] + layer["bias"]


def _convolved(h: Array, layer: dict[str, Array], down: int, up: int) -> Array:
    """Convolve 4 x 4, to half the size with ``down=2`` or, transposed, to twice with ``up=2``."""
    pad = (up, up)
    layout = ("NHWC", "HWIO", "NHWC")
    found = lax.conv_general_dilated(
        h, layer["weight"], (down, down), (pad, pad), (up, up), dimension_numbers=layout
    )
    return found + layer["bias"]
