"""A folder of images is an array of pixels, its subfolders are labels."""

import sys

import numpy as np
import pytest
from PIL import Image

from latentia.data import load


def save(path, pixels, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path)


@pytest.fixture
def grey():
    return np.random.default_rng(0).integers(0, 256, (4, 5, 6), dtype=np.uint8)


@pytest.fixture
def colour():
    return np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".tif"])
def test_grey_images_are_read_exactly_and_in_order(tmp_path, grey, suffix):
    for i in (2, 0, 3, 1):
        save(tmp_path / f"{i}{suffix}", grey[i])
    (tmp_path / "notes.txt").write_text("not an image")
    data = load(tmp_path)
    np.testing.assert_array_equal(data.X, grey)
    assert data.y is None


def test_palettes_count_as_colour(tmp_path, grey):
    for i, pixels in enumerate(grey):
        save(tmp_path / f"{i}.gif", pixels)
    np.testing.assert_array_equal(load(tmp_path).X, np.stack([grey] * 3, axis=1))


def test_colour_images_are_channel_first(tmp_path, colour):
    for i, pixels in enumerate(colour):
        save(tmp_path / f"{i}.png", pixels)
    data = load(tmp_path)
    assert data.X.dtype == np.uint8
    np.testing.assert_array_equal(data.X, np.moveaxis(colour, 3, 1))


@pytest.mark.parametrize(
    ("mode", "shape"), [("RGBA", (3, 5, 6)), ("P", (3, 5, 6)), ("LA", (5, 6)), ("1", (5, 6))]
)
def test_other_modes_become_grey_or_colour(tmp_path, colour, mode, shape):
    for i, pixels in enumerate(colour):
        save(tmp_path / f"{i}.png", pixels, mode)
    assert load(tmp_path).schema.shape == shape


def test_deep_grey_stays_deep(tmp_path, grey):
    deep = grey.astype(np.uint16) * 257
    for i, pixels in enumerate(deep):
        save(tmp_path / f"{i}.png", pixels)
    np.testing.assert_array_equal(load(tmp_path).X, deep)


def test_subfolders_are_labels(tmp_path, grey):
    for i, label in enumerate(["dog", "cat", "dog", "cat"]):
        save(tmp_path / label / f"{i}.png", grey[i])
    data = load(tmp_path)
    assert data.y.tolist() == ["cat", "cat", "dog", "dog"]
    np.testing.assert_array_equal(data.X, grey[[1, 3, 0, 2]])
    assert load(tmp_path, n=3).y.tolist() == ["cat", "cat", "dog"]


def test_hidden_files_and_folders_are_passed_over(tmp_path, grey):
    save(tmp_path / "cat" / "0.png", grey[0])
    save(tmp_path / "dog" / "1.png", grey[1])
    save(tmp_path / ".thumbnails" / "0.png", grey[2])
    (tmp_path / "cat" / "._0.png").write_bytes(b"no image")
    data = load(tmp_path)
    assert data.y.tolist() == ["cat", "dog"]
    np.testing.assert_array_equal(data.X, grey[:2])


def test_only_the_images_asked_for_are_read(tmp_path, grey):
    save(tmp_path / "0.png", grey[0])
    save(tmp_path / "1.png", grey[1])
    (tmp_path / "2.png").write_bytes(b"broken")
    assert len(load(tmp_path, n=2)) == 2
    with pytest.raises(ValueError, match=r"2\.png: not a readable image"):
        load(tmp_path)
    with pytest.raises(ValueError, match="n=5"):
        (tmp_path / "2.png").unlink()
        load(tmp_path, n=5)


def test_refuses_a_file_cut_short(tmp_path, grey):
    for i in range(2):
        save(tmp_path / f"{i}.png", grey[i])
    path = tmp_path / "1.png"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ValueError, match=r"1\.png: not a readable image"):
        load(tmp_path)


def test_refuses_mixed_sizes_and_colours(tmp_path, grey, colour):
    save(tmp_path / "a.png", grey[0])
    save(tmp_path / "b.png", grey[1, :4])
    with pytest.raises(ValueError, match=r"a\.png is 5 x 6 grey uint8 but b\.png is 4 x 6 grey"):
        load(tmp_path)
    save(tmp_path / "b.png", colour[0])
    with pytest.raises(ValueError, match=r"a\.png is 5 x 6 grey uint8 but b\.png is 5 x 6 colour"):
        load(tmp_path)


def test_refuses_folders_without_a_clear_meaning(tmp_path, grey):
    with pytest.raises(ValueError, match=r"no image in this folder .*\.bmp, \.gif"):
        load(tmp_path)
    save(tmp_path / "a.png", grey[0])
    save(tmp_path / "cat" / "b.png", grey[1])
    with pytest.raises(ValueError, match=r"both in the folder \(a\.png\)"):
        load(tmp_path)


def test_refuses_several_images_in_one_file(tmp_path, grey):
    frames = [Image.fromarray(pixels) for pixels in grey]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match=r"a\.gif: holds 4 images"):
        load(tmp_path)


def test_missing_pillow_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImportError, match=r"needs pillow.*latentia\[data\]"):
        load(tmp_path)
