"""Pictures of a run: what is drawn, what stands beside it, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentia import Autoencoder, artifacts, data, reports
from latentia.cli import main

DIGITS = data.load("digits", n=200).X


@pytest.fixture
def told(capsys):
    """Run the command line, and return its code and all it said."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out + captured.err

    return run


def numbers(run, name):
    with Image.open(run / "pictures" / f"{name}.png") as image:
        assert min(image.size) > 50
    return json.loads((run / "pictures" / f"{name}.json").read_text())


def tile(image, row, column):
    rows = image[9 * row : 9 * row + 8]
    return np.array([pixels[9 * column : 9 * column + 8] for pixels in rows])


def test_a_traversal_starts_from_an_example(model_folder, told):
    assert told("traverse", model_folder, "--example", 7, "--steps", 3)[0] == 0
    written = numbers(model_folder, "traversals")
    assert written["example"] == 7
    (axes,) = written["axes"]
    assert len(axes["y"]["ticks"]) == 2 and list(axes["x"]["ticks"].values())[-1] == "98%"
    model = artifacts.load(model_folder)
    first = int(next(iter(axes["y"]["ticks"].values()))[4]) - 1
    code = model.transform(DIGITS[7:8])
    code[0, first] = 0.0  # the median of the prior, in the middle
    expected = np.clip(model.inverse_transform(code)[0], 0, 16)
    np.testing.assert_allclose(tile(axes["images"][0], 0, 1), expected, rtol=1e-3, atol=1e-3)


def test_an_interpolation_lies_between_its_examples(model_folder, told):
    arguments = ["--from", 3, "--to", 5, "--steps", 4, "--path", "linear,spherical"]
    assert told("interpolate", model_folder, *arguments)[0] == 0
    written = numbers(model_folder, "interpolation")
    assert (written["from"], written["to"]) == (3, 5)
    image = written["axes"][0]["images"][0]
    for row in range(2):
        np.testing.assert_allclose(tile(image, row, 0), DIGITS[3])
        np.testing.assert_allclose(tile(image, row, 5), DIGITS[5])
        reconstructed = artifacts.load(model_folder).reconstruct(DIGITS[[3, 5]]).clip(0, 16)
        np.testing.assert_allclose(tile(image, row, 1), reconstructed[0], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(tile(image, row, 4), reconstructed[1], rtol=1e-3, atol=1e-3)


def test_every_picture_is_listed(model_folder, told):
    code, text = told("plot", model_folder)
    listed = [line.split()[0] for line in text.splitlines()]
    assert code == 0
    assert set(listed) == {name.replace("_", "-") for name in reports.album} | {"time-lapse"}


@pytest.mark.parametrize("name", ["latent-map", "neighbors", "energies", "interpolation"])
def test_a_picture_comes_with_its_numbers(name, model_folder, told):
    assert told("plot", model_folder, name)[0] == 0
    assert numbers(model_folder, name.replace("-", "_"))["axes"]


def test_numbers_are_those_that_are_plotted(model_folder, told):
    assert told("plot", model_folder, "latent-map")[0] == 0
    (points,) = numbers(model_folder, "latent_map")["axes"][0]["points"]
    codes = artifacts.load(model_folder).transform(DIGITS)
    found = np.array(points["xy"])
    distances = np.linalg.norm(found[:, None] - codes[None], axis=2)
    assert found.shape == codes.shape
    assert distances.min(axis=0).max() < 1e-5 and distances.min(axis=1).max() < 1e-5


def test_a_time_lapse_trains_again_and_leaves_the_model(model_folder, told):
    before = (model_folder / "model.safetensors").read_bytes()
    assert told("plot", model_folder, "time-lapse", "--epochs", 3, "--quiet")[0] == 0
    with Image.open(model_folder / "pictures/time_lapse.gif") as image:
        assert image.n_frames == 3
    written = json.loads((model_folder / "pictures/time_lapse.json").read_text())
    assert list(written["codes_by_epoch"]) == ["1", "2", "3"]
    spread = [np.std(codes) for codes in written["codes_by_epoch"].values()]
    assert len(set(spread)) == 3 and len(written["y"]) == 200
    assert (model_folder / "model.safetensors").read_bytes() == before


def refused(told, *arguments):
    code, text = told(*arguments)
    assert code == 2 and text.count("\n") == 1
    return text


def test_refusals(model_folder, told):
    between = ["interpolate", model_folder, "--from"]
    assert "numbered from 0 to 199" in refused(told, *between, 200, "--to", 1)
    assert "--path arc is unknown" in refused(told, *between, 0, "--to", 1, "--path", "arc")
    assert "--example 999" in refused(told, "traverse", model_folder, "--example", 999)
    assert "no condition" in refused(told, "traverse", model_folder, "--condition", 3)
    assert "did you mean 'manifold'" in refused(told, "plot", model_folder, "manifolds")
    assert "has no meaning" in refused(told, "plot", model_folder, "vector-field")
    assert "belongs to time-lapse" in refused(told, "plot", model_folder, "manifold", "--epochs", 2)
    assert not list(Path(model_folder).rglob("pictures/*.json"))


def test_codes_with_nothing_between_them_are_refused(tmp_path, told):
    run = tmp_path / "run"
    model = Autoencoder(code="finite-scalar", n_components=4, max_iter=1, verbose=False).fit(DIGITS)
    memory = {"data": {"spec": "digits", "n": 200}}
    artifacts.save(model, run, {"metrics.json": json.dumps(memory)})
    assert "nothing between two of them" in refused(told, "traverse", run)
    assert "nothing between" in refused(told, "interpolate", run, "--from", 0, "--to", 1)
    assert "has no meaning" in refused(told, "plot", run, "traversals")
