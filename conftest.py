"""Every example in the pages and in the docstrings is a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

_pages = Sybil(
    [PythonCodeBlockParser()],
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md"],
    fixtures=["empty_folder"],
)
_docstrings = Sybil([DocTestParser()], patterns=["src/latentia/*.py", "src/latentia/*/*.py"])

pytest_collect_file = (_pages + _docstrings).pytest()


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stand in a folder that the examples of one page may write to."""
    with chdir(tmp_path_factory.mktemp("page")):
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give all examples of a page to one process: later ones use the names of earlier ones."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)
