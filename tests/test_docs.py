"""The pages say what there is: every name, every command, every link."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import latentia
from latentia import (
    corruptions,
    data,
    estimators,
    heads,
    networks,
    objectives,
    priors,
    recipes,
    training,
)
from latentia.cli import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("adr/*.md"))]
MODULES = sorted(m.name for m in pkgutil.iter_modules(latentia.__path__) if m.name[0] != "_")
COMMANDS = sorted(name for name in app if not name.startswith("-"))

CHOICES = {
    "Models": recipes.recipes,
    "Posterior": heads.posteriors,
    "Code": heads.codes,
    "Likelihood": heads.likelihoods,
    "Norm": objectives.norms,
    "Objective": objectives.objectives,
    "Prior": priors.priors,
    "Sampler": estimators.densities,
    "Sampler of quantised codes": estimators.discrete_densities,
    "Corruption": corruptions.corruptions,
    "Penalty": objectives.penalties,
    "Network": networks.networks,
    "Activation": networks.activations,
    "Scaling": data.scalings,
    "Optimiser": training.optimizers,
    "Learning-rate schedule": training.schedules,
    "Precision": training.precisions,
}


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> set[str]:
    """The first cells of a table of names."""
    return set(re.findall(r"^\| `([^`]+)` ", text, flags=re.MULTILINE))


def shell_lines() -> list[str]:
    blocks = [b for p in PAGES for b in re.findall(r"```shell\n(.*?)```", p.read_text(), re.DOTALL)]
    return sorted({line for block in blocks for line in block.splitlines() if line})


@pytest.mark.parametrize("heading", CHOICES)
def test_every_choice_is_listed_and_no_other(heading):
    text = section(read("docs/choices.md"), heading)
    in_a_line = {word for word in re.findall(r"`([^`]+)`", text) if not re.search("[=.]", word)}
    assert (rows(text) or in_a_line) == set(CHOICES[heading])


def test_no_section_of_choices_is_untested():
    assert re.findall(r"^## (.+)$", read("docs/choices.md"), flags=re.MULTILINE) == list(CHOICES)


def test_every_built_in_set_is_listed():
    assert rows(section(read("docs/data.md"), "Built-in sets")) == set(data.sources)


def test_every_command_is_listed():
    listed = rows(read("docs/command-line.md"))
    assert listed == {f"latentia {name}" for name in COMMANDS}
    assert ".. cyclopts:: latentia.cli:app" in read("docs/command-line.md")


@pytest.mark.parametrize("line", [x for x in shell_lines() if x.startswith("latentia ")])
def test_commands_in_the_pages_are_understood(line):
    tokens = shlex.split(line, comments=True)[1:]
    app.parse_args(tokens, exit_on_error=False, print_error=False)
    assert tokens[0] in COMMANDS


def test_make_targets_in_the_pages_exist():
    targets = set(re.findall(r"^(\w+):", read("Makefile"), flags=re.MULTILINE))
    pages = "\n".join(page.read_text() for page in PAGES)
    named = re.findall(r"(?:^|`)make (\w+)", pages, flags=re.MULTILINE)
    assert named
    assert set(named) <= targets


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_a_place_in_the_reference(module):
    if module == "cli":
        return  # has a page of its own
    assert f"   latentia.{module}\n" in read("docs/api.md")
    home = importlib.import_module(f"latentia.{module}")
    for name in home.__all__:
        thing = getattr(home, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            # The reference is made of docstrings, and these have none.
            pages = [read(f"docs/{page}.md") for page in ("choices", "data", "api")]
            assert any(f"`{module}.{name}`" in page for page in pages), name


def test_the_front_door_is_in_the_reference():
    for name in latentia.__all__:
        assert f"`{name}`" in read("docs/api.md")


def test_the_readme_lists_every_folder():
    assert rows(section(read("README.md"), "What is inside")) == set(MODULES)


def test_every_decision_is_in_the_index():
    files = [file.stem for file in sorted(DOCS.glob("adr/0*.md"))]
    assert re.findall(r"^\d{4}-.+$", read("docs/adr/index.md"), flags=re.MULTILINE) == files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        file = (page.parent / path).resolve()
        assert file.is_file(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), flags=re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
