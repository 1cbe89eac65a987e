"""``--cite`` prints BibTeX that a file can hold, and nothing else."""

import pytest

from latentia import artifacts, citations, recipes
from latentia.cli import main


def test_info_cites_the_model(trained_folder, capsys):
    assert main(["info", str(trained_folder), "--cite"]) == 0
    assert capsys.readouterr().out == artifacts.load(trained_folder).citation() + "\n"


@pytest.mark.parametrize("name", recipes.names())
def test_models_cites_the_reference_that_it_shows(name, capsys):
    assert main(["models", name, "--cite"]) == 0
    text = capsys.readouterr().out
    for paper in citations.parse(recipes.recipes[name].reference):
        assert paper.bibtex() in text


def test_a_list_of_models_is_not_cited(capsys):
    assert main(["models", "--cite"]) != 0
    assert "--cite needs a model" in capsys.readouterr().err
