"""Every paper that a docstring names can be cited, and is spelt the same way everywhere."""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

import latentia
from latentia import citations, estimators, heads, models, objectives, recipes
from latentia._latex import ascii_letters
from latentia.estimators._paragraphs import PARAGRAPHS

ROOT = Path(latentia.__file__).parent
KINDS = ast.ClassDef | ast.FunctionDef
SHARED = "<references of options>"


def sections():
    """Where every References section of the package stands, and its text without shared entries."""
    yield "shared entries", PARAGRAPHS[SHARED]
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = citations._section(ast.get_docstring(node)) if isinstance(node, KINDS) else ""
            if text:
                yield f"{file.relative_to(ROOT)}:{node.name}", text.replace(SHARED, "")


SOURCES = {
    **dict(sections()),
    **{f"recipe {name}": recipe.reference for name, recipe in recipes.recipes.items()},
}
PAPERS = {where: citations.parse(text) for where, text in SOURCES.items() if text}
ALL = sorted({paper for papers in PAPERS.values() for paper in papers}, key=repr)


def balanced(text):
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    return depth == 0


def test_the_package_has_references_to_speak_of():
    assert len(PAPERS) > 80
    assert all(SOURCES.values())
    headings = sum(len(re.findall(r"^ +References$", file.read_text(), re.MULTILINE))
                   for file in ROOT.rglob("*.py"))  # fmt: skip
    assert len(SOURCES) - len(recipes.recipes) == headings + 1  # what estimators share


@pytest.mark.parametrize("where", SOURCES)
def test_every_year_in_a_section_is_that_of_an_entry(where):
    """A year too many would be a second entry, swallowed by the title of another."""
    assert len(PAPERS[where]) == len(re.findall(r"\b\d{4}\.", SOURCES[where]))
    assert all(1900 < paper.year < 2100 for paper in PAPERS[where])


def test_one_paper_is_spelt_in_one_way():
    by_start, by_title = defaultdict(set), defaultdict(set)
    for paper in ALL:
        by_start[paper.key].add(paper)
        by_title[ascii_letters(paper.title)].add(paper)
    assert [papers for papers in by_start.values() if len(papers) > 1] == []
    assert [papers for papers in by_title.values() if len(papers) > 1] == []


def test_no_title_is_the_beginning_of_another():
    titles = {ascii_letters(paper.title) for paper in ALL}
    assert [pair for pair in combinations(sorted(titles), 2) if pair[1].startswith(pair[0])] == []


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.key)
def test_entries_are_well_formed(paper):
    entry = paper.bibtex()
    assert entry.isascii()
    assert balanced(entry)
    assert re.fullmatch(r"@misc\{[a-z]+\d{4}[a-z0-9]+,\n(?:  [a-z]+ = \{.+\},\n){3,4}\}", entry)
    assert not re.search(r"(?<!\\)[&%$#_]", entry)


@pytest.mark.parametrize("where", [w for w in SOURCES if "``" in SOURCES[w]])
def test_conditions_name_a_parameter_of_the_class(where):
    name = where.partition(":")[2] or "VAE"
    (cls,) = (getattr(m, name) for m in (estimators, heads, models, objectives) if hasattr(m, name))
    conditions = re.findall(r"``(\w+)", SOURCES[where])
    assert conditions
    assert set(conditions) <= inspect.signature(cls).parameters.keys()


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        (
            "D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.",
            (("D. P. Kingma", "M. Welling"), "Auto-Encoding Variational Bayes", 2013),
        ),
        ("I. Higgins et al. beta-VAE:\n    A Title. 2017.",
         (("I. Higgins", "others"), "beta-VAE: A Title", 2017)),
        ("P.-A. Manzagol, A. van den Oord. Why? 2010.",
         (("P.-A. Manzagol", "A. van den Oord"), "Why?", 2010)),
        ("A. Ng. Sparse autoencoder. Lecture notes. 2011.",
         (("A. Ng",), "Sparse autoencoder", 2011, "Lecture notes")),
        ("J. Lucas. Don't Blame the ELBO! A Linear VAE. 2019.",
         (("J. Lucas",), "Don't Blame the ELBO! A Linear VAE", 2019)),
    ],
)  # fmt: skip
def test_an_entry_is_read_as_it_is_meant(text, paper):
    assert citations.parse(text) == [citations.Reference(*paper)]


def test_entries_follow_each_other_wherever_lines_break():
    text = " ".join(SOURCES.values())
    assert citations.parse(text) == [paper for papers in PAPERS.values() for paper in papers]
    assert citations.parse(text.replace(" ", "\n    ")) == citations.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kingma and Welling (2013)",
        "D. P. Kingma. Auto-Encoding Variational Bayes.",
        "D. P. Kingma, 2013.",
        "A. Author. Title. 2013. And more.",
    ],
)
def test_an_entry_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match=r"cannot be read; write it as 'A\. Author, B\. Author"):
        citations.parse(text)


@pytest.mark.parametrize(
    ("author", "written", "key"),
    [
        ("C. K. Sønderby", r"C. K. S{\o}nderby", "sonderby"),
        ("P. Krähenbühl", r"P. Kr{\"a}henb{\"u}hl", "krahenbuhl"),
        ("N. Šeba", r"N. {\v S}eba", "seba"),
        ("N. De Cao", "N. {De Cao}", "decao"),
        ("A. van den Oord", "A. van den Oord", "vandenoord"),
    ],
)
def test_names_are_written_for_latex_and_for_keys(author, written, key):
    paper = citations.Reference((author,), "On the Law", 2020)
    assert f"author = {{{written}}}" in paper.bibtex()
    assert paper.key == f"{key}2020law"


def test_what_latex_reads_otherwise_is_escaped():
    entry = citations.Reference(("A. B",), 'R&D: 5% of {x_1} "here"', 2020).bibtex()
    assert balanced(entry)
    assert r"R\&D: 5\% of {\textbraceleft}x\_1{\textbraceright} ``here''" in entry


def test_a_paper_is_cited_once_with_the_parts_that_name_it():
    text = citations.bibtex(objectives.ELBO(), latentia.VAE, objectives.ELBO(n_samples=2))
    assert text.count("@misc{kingma2013auto,") == 1
    assert text.startswith("% ELBO, VAE\n@misc{kingma2013auto,")


def test_two_papers_of_one_key_are_told_apart():
    text = citations.bibtex("A. B. The Law of X. 2020. A. B. The Law of Y. 2020.")
    assert re.findall(r"@misc\{(.+),", text) == ["b2020law", "b2020law-2"]


def keys(*parts):
    return set(re.findall(r"@misc\{(.+),", citations.bibtex(*parts)))


def test_an_option_is_cited_where_it_is_taken():
    assert keys(objectives.ELBO()) == {"kingma2013auto"}
    assert keys(objectives.ELBO(beta=4.0)) == {"kingma2013auto", "higgins2017beta"}
    annealed = objectives.ELBO(beta=lambda step: min(1.0, step / 100))
    assert keys(annealed) == {"kingma2013auto", "bowman2016generating"}
    assert "roeder2017sticking" in keys(objectives.ELBO(gradient="sticking-the-landing"))
    doubly = objectives.IWAE(gradient="doubly-reparameterized")
    assert keys(doubly) - keys(objectives.IWAE()) == {"tucker2019doubly"}
    assert keys(heads.DiagonalNormal(2)) == set()
    assert keys(heads.DiagonalNormal(2, "shared")) == {"rybkin2021simple"}


def test_all_of_several_options_have_to_hold():
    class Part:
        """A part.

        References
        ----------
        A. Author. First. 2026. With ``sizes=()`` and ``kind="b"``.
        A. Author. Second. 2026. With ``kind="b"``.
        A. Author. Third. 2026. With ``sizes``.
        """

        def __init__(self, sizes=None, kind="a"):
            self.sizes, self.kind = sizes, kind

    assert keys(Part()) == set()
    assert keys(Part((), "b")) == {"author2026first", "author2026second", "author2026third"}
    assert keys(Part([], "a")) == keys(Part((3,))) == {"author2026third"}
    assert keys(Part((3,), "b")) == {"author2026second", "author2026third"}
    assert keys(Part) == {"author2026first", "author2026second", "author2026third"}


def test_a_class_of_yours_cites_its_own_papers_or_those_of_what_it_extends():
    class Plain(objectives.ELBO):
        """Another bound."""

    class Mine(objectives.ELBO):
        """Another bound.

        References
        ----------
        A. Author. My Bound. 2026.
        """

    assert keys(Plain()) == {"kingma2013auto"}
    assert keys(Mine()) == {"author2026my"}
    assert keys(object(), len, lambda x: x) == set()
