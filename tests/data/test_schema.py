"""A schema says what one example is, and survives JSON."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from latentia._blocks import BLOCK_VALUES, blocks
from latentia.data import Schema


@pytest.mark.parametrize(
    ("shape", "kind"), [((4, 3), "table"), ((4, 5, 6), "image"), ((4, 3, 5, 6), "image")]
)
def test_kind_and_shape_follow_the_axes(shape, kind):
    X = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    schema = Schema.of(X)
    assert (schema.kind, schema.shape, schema.dtype) == (kind, shape[1:], "int16")
    assert (schema.minimum, schema.maximum) == (0.0, X.size - 1.0)


def test_json_round_trip():
    schema = Schema.of(np.eye(2, dtype=np.float32), names=["a", "b"])
    assert Schema(**json.loads(json.dumps(asdict(schema)))) == schema


def test_range_sees_every_block():
    X = np.zeros((3, BLOCK_VALUES // 2 + 1), np.uint8)
    assert len(list(blocks(X))) == 3
    X[2, -1] = 9
    assert Schema.of(X).maximum == 9


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 0), (2, 2, 2, 2, 2)])
def test_refuses_what_is_no_data(shape):
    with pytest.raises(ValueError, match=r"X has shape"):
        Schema.of(np.zeros(shape))


def test_refuses_names_that_do_not_fit():
    with pytest.raises(ValueError, match="3 entries for a table of shape"):
        Schema.of(np.eye(2), names=["a", "b", "c"])
    with pytest.raises(ValueError, match="3 entries for a image"):
        Schema.of(np.zeros((2, 3, 3)), names=["a", "b", "c"])
    with pytest.raises(ValueError, match="kind='tabel'"):
        Schema("tabel", (2,), "float32", 0.0, 1.0)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (Schema("table", (1,), "int8", 0, 1), "table of 1 column, int8 from 0 to 1"),
        (Schema("image", (3, 4, 5), "uint8", 0, 255), "images of 4 x 5 colour pixels"),
        (Schema("image", (2, 4, 5), "uint8", 0, 255), "images of 4 x 5 pixels, 2 channels"),
        (
            Schema("table", (8,), "int8", 0, 1, tuple("abcdefgh")),
            "columns: a, b, c, d, e, f, and 2",
        ),
    ],
)
def test_description(schema, words):
    assert words in schema.describe()
