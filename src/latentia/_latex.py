"""Text as LaTeX writes it, in ASCII."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u ",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r ",
    "\u030b": "H ",
    "\u030c": "v ",
    "\u0327": "c ",
    "\u0328": "k ",
}
_CHARACTERS = {
    **{character: f"\\{character}" for character in "&%$#_"},
    "{": r"{\textbraceleft}",  # BibTeX counts braces, with a backslash or without
    "}": r"{\textbraceright}",
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "đ": r"{\dj}",
    "ı": r"{\i}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "œ": r"{\oe}",
    "ß": r"{\ss}",
    "–": "--",
    "’": "'",
}


def latex(text: str) -> str:
    r"""Return text with what LaTeX reads otherwise, and European letters, written as it wants.

    Examples
    --------
    >>> latex('Sønderby & Krähenbühl: "100 %"')
    'S{\\o}nderby \\& Kr{\\"a}henb{\\"u}hl: ``100 \\%\'\''
    """
    quoted = re.sub(r'"([^"]*)"', r"``\1''", text)
    return "".join(map(_character, unicodedata.normalize("NFC", quoted)))


def ascii_letters(text: str) -> str:
    """Return the letters and digits of a text, lower case, without accents.

    Examples
    --------
    >>> ascii_letters("van den Øster-Krähe 2")
    'vandenosterkrahe2'
    """
    parts = unicodedata.normalize("NFKD", text)
    bare = latex("".join(c for c in parts if not unicodedata.combining(c)))
    return re.sub(r"[^a-z0-9]", "", bare.lower())


def _character(character: str) -> str:
    if character in _CHARACTERS:
        return _CHARACTERS[character]
    letter = unicodedata.normalize("NFD", character)
    accent = _ACCENTS.get(letter[1:])
    return character if accent is None else f"{{\\{accent}{letter[0]}}}"
