"""A GIF has a frame for every epoch, and its codes move while its axes stay."""

import numpy as np
import pytest
from PIL import Image

from latentia.plotting import time_lapse

CODES = np.random.default_rng(0).normal(size=(60, 2))
Y = np.arange(60) % 3


def frames(path):
    with Image.open(path) as image:
        for i in range(image.n_frames):
            image.seek(i)
            yield np.asarray(image.convert("RGB")), image.info["duration"]


def test_a_frame_for_each_epoch_and_the_last_stays(tmp_path):
    path = time_lapse([CODES * s for s in (0.1, 0.5, 1.0)], Y, tmp_path / "a.gif", seconds=0.1)
    pictures, times = zip(*frames(path), strict=True)
    assert list(times) == [100, 100, 2100]
    # Left of the axes are their numbers, which do not move.
    left = [picture[40:, :45] for picture in pictures]
    assert (left[0] == left[2]).all()
    assert (pictures[0] != pictures[2]).any()


def test_many_dimensions_are_drawn_along_those_of_the_last_codes(tmp_path):
    wide = np.pad(CODES, ((0, 0), (0, 3)))
    turned = wide[:, [4, 0, 3, 1, 2]]
    paths = [
        time_lapse({3: codes * 0.3, 9: codes}, Y, tmp_path / f"{i}.gif")
        for i, codes in enumerate((wide, turned))
    ]
    first, second = ([picture for picture, _ in frames(path)] for path in paths)
    assert all((a == b).mean() > 0.99 for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"codes_by_epoch": []}, "none"),
        ({"codes_by_epoch": [CODES, CODES[:5]]}, r"\(60, 2\), \(5, 2\)"),
        ({"codes_by_epoch": [CODES[:, :1]]}, "n and d of at least 2"),
        ({"path": "map.png"}, "must end in .gif"),
        ({"seconds": 0}, "seconds=0"),
        ({"path": "nowhere/at/all.gif"}, "cannot be written"),
    ],
)
def test_refusals(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        time_lapse(**{"codes_by_epoch": [CODES], **arguments})
    assert not list(tmp_path.iterdir())
