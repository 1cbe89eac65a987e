"""BibTeX of the papers behind parts: read from the references in their docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from latentia._latex import ascii_letters, latex

__all__ = ["Reference", "bibtex", "parse", "references"]

_INITIALS = r"(?:[^\W\d_]\.[ -]?)+"
_NAME = rf"{_INITIALS}[^\W\d_][^.,]*?"
_OPTION = r"(?:a number as |a schedule as )?``\w+(?:=[^`]+)?``"
_REFERENCE = re.compile(
    rf"(?P<authors>{_NAME}(?:, {_NAME})*)(?P<others> et al)?\. "
    r"(?P<title>[^ ].*?)(?:\. (?P<note>[^.]+))?(?:\.|(?<=[?!])) (?P<year>\d{4})\."
    rf"(?: With (?P<options>{_OPTION}(?: and {_OPTION})*)\.)?"
)
_BETWEEN = re.compile(rf"(?<= \d{{4}}\.) (?!With {_OPTION})|(?<=``\.) ")
_PARTS = re.compile(r"(a number as |a schedule as )?``(\w+)(?:=([^`]+))?``")
_SECTION = re.compile(r"^References\n-+\n(.*?)(?=\n\n[^\n]+\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "by", "for", "from", "in", "of", "on", "the", "to", "with"}
)


@dataclass(frozen=True)
class _Option:
    """What a parameter has to be for a paper to be cited."""

    kind: str
    parameter: str
    value: str

    def holds(self, part: object, owner: type) -> bool:
        """Whether an object was made so; without a value, that is with any but the default."""
        default = inspect.signature(owner).parameters[self.parameter].default
        given = getattr(part, self.parameter, default)
        if self.value:
            return _equal(given, ast.literal_eval(self.value))
        return given != default and (not self.kind or callable(given) is ("schedule" in self.kind))


@dataclass(frozen=True)
class Reference:
    """A paper.

    Parameters
    ----------
    authors : tuple of str
        Initials first, such as "D. P. Kingma"; a last "others" stands for "et al.".
    title : str
        As it is printed.
    year : int
        Of publication.
    note : str, default=""
        What it is, where it is no paper.

    Examples
    --------
    >>> paper = Reference(("C. K. Sønderby", "others"), "Ladder Variational Autoencoders", 2016)
    >>> print(paper.bibtex())
    @misc{sonderby2016ladder,
      author = {C. K. S{\\o}nderby and others},
      title = {{Ladder Variational Autoencoders}},
      year = {2016},
    }
    """

    authors: tuple[str, ...]
    title: str
    year: int
    note: str = ""

    @property
    def key(self) -> str:
        """First author, year and first telling word of the title, in ASCII letters and digits."""
        words = [ascii_letters(word) for word in re.findall(r"\w+", self.title)]
        telling = next((word for word in words if word and word not in _SMALL_WORDS), "")
        return f"{ascii_letters(_family(self.authors[0]))}{self.year}{telling}"

    def bibtex(self, key: str | None = None) -> str:
        """Return the entry, under its own key or another."""
        fields = {
            "author": " and ".join(map(_author, self.authors)),
            "title": f"{{{latex(self.title)}}}",
            "note": latex(self.note),
            "year": str(self.year),
        }
        lines = (f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        return f"@misc{{{key or self.key},\n{''.join(lines)}}}"


def parse(text: str) -> list[Reference]:
    """Return the papers in a text such as the ``References`` section of a docstring.

    Parameters
    ----------
    text : str
        Entries of the form "A. Author, B. Author. Title Of The Paper. 2019." or "A. Author et al.
        Title. 2019.", one after the other, broken into lines anywhere. An entry of some options may
        end in "With" and the options between double backticks, as in :func:`references`.

    Raises
    ------
    ValueError
        For an entry of another form.

    Examples
    --------
    >>> parse("P. Baldi, K. Hornik. Neural Networks and Principal Component Analysis. 1989.")[0].key
    'baldi1989neural'
    """
    return [reference for reference, _ in _entries(text)]


def references(part: object) -> list[Reference]:
    """Return the papers that a part comes from.

    They are those in the docstring of its class, or of the nearest base class that names any. An
    entry that ends in "With ``parameter``." is left out where the object has the default, and one
    that ends in "With ``parameter="value"``." where it has another value; "With a number as
    ``beta``." and "With a schedule as ``beta``." tell these two apart. Of several options with
    "and" between them all have to hold.

    Parameters
    ----------
    part : object, class or str
        A head, a prior, an objective, a corruption, ...; a str is parsed as it is.

    Raises
    ------
    ValueError
        For an entry that cannot be parsed.

    Examples
    --------
    >>> from latentia.objectives import ELBO
    >>> [paper.year for paper in references(ELBO())], len(references(ELBO(beta=4.0)))
    ([2013], 2)
    """
    if isinstance(part, str):
        return parse(part)
    cls = part if isinstance(part, type) else type(part)
    for owner in cls.__mro__:
        section = _section(vars(owner).get("__doc__"))
        if section:
            return [
                reference
                for reference, options in _entries(section)
                if part is cls or all(option.holds(part, owner) for option in options)
            ]
    return []


def bibtex(*parts: object) -> str:
    """Return BibTeX of the papers that parts come from, each once, with the parts that name it.

    Parameters
    ----------
    *parts : object, class or str
        As in :func:`references`.

    Returns
    -------
    str
        In ASCII, with keys of its own for each paper.

    Raises
    ------
    ValueError
        For a reference that cannot be parsed.

    Examples
    --------
    >>> from latentia.heads import TopK
    >>> print(bibtex(TopK(8, k=2)))
    % TopK
    @misc{makhzani2013k,
      author = {A. Makhzani and B. Frey},
      title = {{k-Sparse Autoencoders}},
      year = {2013},
    }
    """
    named_by: dict[Reference, dict[str, None]] = {}
    for part in parts:
        for reference in references(part):
            names = named_by.setdefault(reference, {})
            if not isinstance(part, str):
                names[(part if isinstance(part, type) else type(part)).__name__] = None
    taken: Counter[str] = Counter()
    entries = []
    for reference, names in named_by.items():
        taken[reference.key] += 1
        n = taken[reference.key]
        comment = f"% {', '.join(names)}\n" if names else ""
        entries.append(comment + reference.bibtex(f"{reference.key}-{n}" if n > 1 else None))
    return "\n\n".join(entries)


def _entries(text: str) -> Iterator[tuple[Reference, list[_Option]]]:
    for entry in filter(None, _BETWEEN.split(" ".join(text.split()))):
        found = _REFERENCE.fullmatch(entry)
        if found is None:
            raise ValueError(
                f"The reference {entry!r} cannot be read; write it as 'A. Author, B. Author. Title "
                "Of The Paper. 2019.' or 'A. Author et al. Title Of The Paper. 2019.'."
            )
        authors = (*found["authors"].split(", "), *(["others"] if found["others"] else []))
        paper = Reference(authors, found["title"], int(found["year"]), found["note"] or "")
        yield paper, [_Option(*parts) for parts in _PARTS.findall(found["options"] or "")]


def _section(doc: object) -> str:
    # Built-in types describe the docstrings of their objects there, and have none that is text.
    found = _SECTION.search(inspect.cleandoc(doc)) if isinstance(doc, str) else None
    return found[1] if found else ""


def _equal(given: Any, value: str | tuple[Any, ...]) -> bool:
    if isinstance(value, str):
        return isinstance(given, str) and given == value
    return hasattr(given, "__len__") and tuple(given) == value


def _family(author: str) -> str:
    return re.sub(f"^{_INITIALS}", "", author)


def _author(author: str) -> str:
    family = _family(author)
    initials, text = author.removesuffix(family), latex(family)
    # Only a small first word tells BibTeX that a name of several words is one.
    several = " " in family and family[0].isupper()
    return f"{initials}{{{text}}}" if several else initials + text
