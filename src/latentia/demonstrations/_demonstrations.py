"""All demonstrations by name."""

from __future__ import annotations

from latentia.demonstrations._demonstration import Demonstration
from latentia.demonstrations._ellipse import ellipse
from latentia.demonstrations._energies import energies
from latentia.demonstrations._ring import ring

demonstrations: dict[str, Demonstration] = {"ellipse": ellipse, "energies": energies, "ring": ring}
