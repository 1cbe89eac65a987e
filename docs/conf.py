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
    # scikit-learn's metadata routing, and what stands among the attributes of its class already.
    "exclude-members": "set_inverse_transform_request, set_partial_fit_request, set_score_request, "
    "overcomplete_",
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


def _mathml(node: nodes.Element, **options: Any) -> str:
    r"""Write a formula, past what docutils lacks.

    It does not know \dots, sets no space behind a logarithm, and puts the index of an accented
    letter below the letter.
    """
    tex = node.astext().replace(r"\dots", r"\ldots").replace(r"\log ", r"\log\, ")
    tex = re.sub(r"(\\(?:bar|breve|hat|tilde)\s*(?:\\[a-z]+|\w))_", r"\1{}_", tex)
    return tex2mathml(tex, **options)


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(_mathml(node))
    raise nodes.SkipNode


def _display(self: Any, node: nodes.math_block) -> None:
    self.body.append(_mathml(node, as_block=True))
    raise nodes.SkipNode


def _escape_stars(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Show the shape (*batch, d) as it is, where reStructuredText would see emphasis."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = re.split("(``.*?``)", line)
            parts[::2] = [
                re.sub(r"(?<=[ (])(?<!:returns: )\*(?=\w)", r"\*", prose) for prose in parts[::2]
            ]
            lines[i] = "".join(parts)


def setup(app: Any) -> None:
    """Write formulas as MathML, which browsers draw by themselves, offline too."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    app.connect("autodoc-process-docstring", _escape_stars, priority=900)
