"""Four curved sets to learn from: ring, ellipse, spiral and swiss roll."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from latentia.data._generated import Draw, Generated


@dataclass(frozen=True)
class Ring(Generated):
    r"""A standard normal in the plane, pushed onto a ring by a smooth map.

    .. math:: f(z) = w z + R z / \lVert z \rVert, \qquad z \sim N(0, I_2)

    The map keeps angles; the radius is :math:`R + w r` with r of the Rayleigh(1) distribution. By
    default its mean is 1.1253 and its standard deviation 0.0655. The label is the angle in
    :math:`[0, 2\pi)`.

    Parameters
    ----------
    radius : float, default 1
        Inner radius R.
    width : float, default 0.1
        Factor w of the normal.

    Examples
    --------
    >>> X = Ring().load(100).X
    >>> X.shape, bool((np.linalg.norm(X, axis=1) > 1).all())
    ((100, 2), True)
    """

    radius: float = 1.0
    width: float = 0.1

    name: ClassVar[str] = "ring"
    description: ClassVar[str] = "a normal pushed onto a ring in the plane; label: angle"

    def _draw(self, n: int, rng: np.random.Generator) -> Draw:
        z = rng.standard_normal((n, 2))
        X = self.width * z + self.radius * z / np.linalg.norm(z, axis=1, keepdims=True)
        return X, np.arctan2(z[:, 1], z[:, 0]) % (2 * np.pi)


@dataclass(frozen=True)
class Ellipse(Generated):
    r"""Points on an ellipse, with noise.

    .. math:: x = (w_1 \cos t, w_2 \sin t) + \sigma \epsilon, \qquad t \sim U(0, 2\pi)

    The label is t.

    Parameters
    ----------
    radius_1, radius_2 : float, default 2 and 1.5
        Half axes w.
    noise : float, default 0.05
        Standard deviation of the noise.

    Examples
    --------
    >>> data = Ellipse(noise=0).load(100)
    >>> bool(np.allclose(data.X[:, 0], 2 * np.cos(data.y), atol=1e-6))
    True
    """

    radius_1: float = 2.0
    radius_2: float = 1.5
    noise: float = 0.05

    name: ClassVar[str] = "ellipse"
    description: ClassVar[str] = "a noisy ellipse in the plane, radii 2 and 1.5; label: angle"

    def _draw(self, n: int, rng: np.random.Generator) -> Draw:
        t = rng.uniform(0, 2 * np.pi, n)
        curve = np.stack([self.radius_1 * np.cos(t), self.radius_2 * np.sin(t)], axis=1)
        return curve + self.noise * rng.standard_normal((n, 2)), t


@dataclass(frozen=True)
class Spiral(Generated):
    r"""Points on an Archimedean spiral of outer radius 1, with noise.

    .. math:: x = \frac{t}{T} (\cos t, \sin t) + \sigma \epsilon, \qquad
              t = T \sqrt{u}, \quad u \sim U(0, 1), \quad T = 2 \pi \cdot \mathrm{turns}

    The square root spreads the points almost evenly along the arc. The label is t.

    Parameters
    ----------
    turns : float, default 1.5
        Times the curve goes round.
    noise : float, default 0.02
        Standard deviation of the noise.

    Examples
    --------
    >>> data = Spiral(turns=2, noise=0).load(100)
    >>> bool(np.allclose(np.linalg.norm(data.X, axis=1), data.y / (4 * np.pi), atol=1e-6))
    True
    """

    turns: float = 1.5
    noise: float = 0.02

    name: ClassVar[str] = "spiral"
    description: ClassVar[str] = "a noisy spiral in the plane; label: position along the arc"

    def _draw(self, n: int, rng: np.random.Generator) -> Draw:
        share = np.sqrt(rng.uniform(size=n))
        t = 2 * np.pi * self.turns * share
        curve = share[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
        return curve + self.noise * rng.standard_normal((n, 2)), t


@dataclass(frozen=True)
class SwissRoll(Generated):
    r"""A sheet rolled up in space, with noise.

    .. math:: x = (t \cos t, h, t \sin t) + \sigma \epsilon, \qquad
              t \sim U(3\pi/2, 9\pi/2), \quad h \sim U(0, \mathrm{height})

    The label is t, the position along the roll.

    Parameters
    ----------
    height : float, default 21
        Width of the sheet.
    noise : float, default 0.05
        Standard deviation of the noise.

    Examples
    --------
    >>> SwissRoll().load(100).schema.shape
    (3,)
    """

    height: float = 21.0
    noise: float = 0.05

    name: ClassVar[str] = "swiss-roll"
    description: ClassVar[str] = "a noisy sheet rolled up in space; label: position along the roll"

    def _draw(self, n: int, rng: np.random.Generator) -> Draw:
        t = rng.uniform(1.5 * np.pi, 4.5 * np.pi, n)
        h = rng.uniform(0, self.height, n)
        sheet = np.stack([t * np.cos(t), h, t * np.sin(t)], axis=1)
        return sheet + self.noise * rng.standard_normal((n, 3)), t
