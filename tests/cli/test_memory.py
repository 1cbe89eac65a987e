"""What a run remembers of its data, and when it says so."""

import json
from pathlib import Path

import pytest

from latentia import data
from latentia.cli import main
from latentia.cli._transfer import _seen

QUICK = ["--epochs", "2", "--hidden", "4", "--quiet"]


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latentia.reports._files.png", lambda figure: b"")


@pytest.fixture
def told(capsys):
    """Run the command line, and return what it printed and remarked."""

    def run(*arguments, code=0):
        assert main([str(argument) for argument in arguments]) == code
        return capsys.readouterr()

    return run


def table(path, n=40):
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(n))
    Path(path).write_text("u,v,kind\n" + rows)


@pytest.fixture
def run(told):
    """A model of the first 30 rows of table.csv."""
    table("table.csv")
    told("fit", "table.csv", "--label", "kind", "--rows", 30, "--out", "run", *QUICK)
    return Path("run")


@pytest.mark.parametrize("spec", ["table.csv", "./table.csv", "sub/../table.csv"])
def test_rows_are_those_of_the_fit_wherever_the_path_starts(run, told, spec):
    Path("sub").mkdir()
    captured = told("encode", run, spec, "--out", "codes.csv")
    assert len(data.load("codes.csv")) == 30
    assert captured.err.count("\n") == 1 and "first 30 rows" in captured.err
    assert "--rows" in captured.err and "without the labels" in captured.out


def test_more_rows_are_had_by_asking_and_nothing_is_remarked(run, told):
    assert not told("encode", run, "table.csv", "--rows", 40, "--out", "codes.csv").err
    assert len(data.load("codes.csv")) == 40
    assert not told("evaluate", run).err


def test_the_column_of_the_labels_is_known_in_other_tables(run, told):
    table("other.csv", 12)
    table_without = "u,v\n1,2\n3,4\n"
    Path("without.csv").write_text(table_without)
    for command, out in {"encode": "z.csv", "reconstruct": "z.csv", "anomalies": "s.csv"}.items():
        told(command, run, "other.csv", "--out", out)
        told(command, run, "without.csv", "--out", out)
    told("transfer", run, "other.csv", "--epochs", 1, "--out", "kinds", "--quiet")
    memory = json.loads(Path("kinds/metrics.json").read_text())
    assert (memory["data"]["y"], memory["transfer"]["classes"]) == ("kind", ["a", "b"])
    told("predict", "kinds", "other.csv", "--out", "kinds.csv")


def test_data_that_are_gone_are_named_with_the_way_out(run, told, monkeypatch):
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    message = told("evaluate", "../run", code=2).err
    assert "was fitted on table.csv, which is not here; name some with --on" in message


@pytest.mark.parametrize(
    ("rows", "spec", "said"),
    [
        (20, "./table.csv", "has seen those held out"),
        (40, "table.csv", "has seen some of those held out"),
        (30, "other.csv", ""),
    ],
)
def test_what_the_encoder_has_seen(run, rows, spec, said):
    table("other.csv")
    request = {"spec": spec, "x": None, "y": "kind", "n": rows, "seed": 0}
    text = _seen(run, data.load(spec, y="kind", n=rows), request)
    assert said in text and bool(said) == bool(text)


def test_a_model_without_corruption_has_not_learned_to_repair(run, told):
    assert "--corruption" in told("denoise", run, "table.csv", "--rows", 9, "--out", "c.csv").err
    told("fit", "table.csv", "--label", "kind", "--corruption", "gaussian", "--out", "d", *QUICK)
    assert not told("denoise", "d", "table.csv", "--out", "c.csv").err
