"""How the pages are built; nothing is fetched, neither now nor when they are read."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

project = "latentia"
author = "The latentia developers"
copyright = author
version = release = version_of("latentia")

extensions = [
    "cyclopts.ext.sphinx",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

html_theme = "furo"
html_title = f"latentia {version}"
html_math_renderer = "mathml"

autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "exclude-members": "set_inverse_transform_request",  # of scikit-learn's metadata routing
}
autodoc_inherit_docstrings = False
autodoc_member_order = "groupwise"
autodoc_typehints = "none"
autosummary_ignore_module_all = False
autosummary_imported_members = True
napoleon_google_docstring = False
napoleon_use_rtype = False

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _display(self: Any, node: nodes.math_block) -> None:
    self.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def _escape_stars(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Show the shape (*batch, d) as it is, where reStructuredText would see emphasis."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = re.split("(``.*?``)", line)
            parts[::2] = [re.sub(r"(?<=[ (])\*(?=\w)", r"\*", prose) for prose in parts[::2]]
            lines[i] = "".join(parts)


def setup(app: Any) -> None:
    """Write formulas as MathML, which browsers draw by themselves, offline too."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    app.connect("autodoc-process-docstring", _escape_stars, priority=900)
