"""Where codes live, and how to walk over it: starts, grids and the way back."""

from collections.abc import Callable

from latentia.spaces._box import Box
from latentia.spaces._categories import Categories
from latentia.spaces._circle import Circle
from latentia.spaces._points import Points
from latentia.spaces._real import Real
from latentia.spaces._space import Space

#: By name.
spaces: dict[str, Callable[..., Space]] = {
    "box": Box,
    "categories": Categories,
    "circle": Circle,
    "real": Real,
}

__all__ = ["Box", "Categories", "Circle", "Points", "Real", "Space", "spaces"]
