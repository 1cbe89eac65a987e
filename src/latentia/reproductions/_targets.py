"""All targets by name."""

from __future__ import annotations

from latentia.reproductions._anomalies import anomalies
from latentia.reproductions._boltzmann import boltzmann
from latentia.reproductions._conditional import conditional
from latentia.reproductions._disentangled import disentangled
from latentia.reproductions._features import features
from latentia.reproductions._images import images
from latentia.reproductions._labels import labels
from latentia.reproductions._likelihoods import likelihoods
from latentia.reproductions._linear import linear
from latentia.reproductions._semi_supervised import semi_supervised
from latentia.reproductions._target import Target
from latentia.reproductions._variational import variational

targets: dict[str, Target] = {
    **linear,
    **images,
    **features,
    **labels,
    **semi_supervised,
    **anomalies,
    **variational,
    **likelihoods,
    **boltzmann,
    **conditional,
    **disentangled,
}
