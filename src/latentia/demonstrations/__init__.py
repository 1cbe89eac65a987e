"""Ideas shown on data in the plane, with pictures and numbers."""

from latentia.demonstrations._demonstration import Demonstration, Number, Shown
from latentia.demonstrations._demonstrations import demonstrations
from latentia.demonstrations._ellipse import show_ellipse
from latentia.demonstrations._ellipse_decoder import EllipseDecoder
from latentia.demonstrations._energies import show_energies
from latentia.demonstrations._ring import ring_moments, show_ring

__all__ = [
    "Demonstration",
    "EllipseDecoder",
    "Number",
    "Shown",
    "demonstrations",
    "ring_moments",
    "show_ellipse",
    "show_energies",
    "show_ring",
]
