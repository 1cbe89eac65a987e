"""Whatever a stream is made of, it reads as the array would."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

from latentia.data import Part, load, stream, write_npy, write_table
from latentia.data._moments import Moments

X = np.random.default_rng(0).normal(size=(103, 4)).astype(np.float32)
NAMES = ("a", "b", "c", "d")


def table():
    return pa.table({name: X[:, j] for j, name in enumerate(NAMES)})


def shards(folder, suffix, write):
    (folder / "rows").mkdir()
    for i, part in enumerate(np.split(X, [40, 41, 90])):
        write(folder / "rows" / f"part-{i + 8}{suffix}", part)
    return folder / "rows"


def write_parquet(path, part):
    names = {name: part[:, j] for j, name in enumerate(NAMES)}
    parquet.write_table(pa.table(names), path, row_group_size=9)


def npy(folder):
    np.save(folder / "x.npy", X)
    return folder / "x.npy"


def one_parquet(folder):
    write_parquet(folder / "x.parquet", X)
    return folder / "x.parquet"


def arrow(folder):
    feather.write_feather(table(), str(folder / "x.feather"), chunksize=10)
    return folder / "x.feather"


MADE = {
    "array": lambda folder: X,
    "tensor": lambda folder: torch.from_numpy(X),
    "memmap": lambda folder: np.load(npy(folder), mmap_mode="r"),
    "npy": npy,
    "npy shards": lambda folder: shards(folder, ".npy", np.save),
    "parquet": one_parquet,
    "parquet shards": lambda folder: shards(folder, ".parquet", write_parquet),
    "arrow": arrow,
    "items": lambda folder: TensorDataset(torch.from_numpy(X), torch.zeros(len(X))),
    "batches": lambda folder: [X[:50], torch.from_numpy(X[50:])],
    "loader": lambda folder: DataLoader(TensorDataset(torch.from_numpy(X)), batch_size=10),
}


@pytest.fixture(params=MADE)
def rows(request, tmp_path):
    return stream(MADE[request.param](tmp_path))


def test_it_reads_as_the_array_does(rows):
    assert (rows.shape, rows.dtype, len(rows), rows.ndim) == (X.shape, X.dtype, 103, 2)
    np.testing.assert_array_equal(rows[:], X)
    np.testing.assert_array_equal(np.asarray(rows), X)
    for index in (
        slice(5, 60),
        slice(70, 10),
        slice(90, None, 4),
        [3, 102, 3, 0],
        [-1],
        X[:, 0] > 0,
    ):
        np.testing.assert_array_equal(rows[index], X[index])
    np.testing.assert_array_equal(rows[-1], X[-1])
    rows[:10][:] = 0  # what was read is the reader's own
    np.testing.assert_array_equal(rows[:10], X[:10])


def test_runs_of_rows_are_all_rows(rows):
    edges = rows.edges
    assert (edges[0], edges[-1]) == (0, len(rows)) and (np.diff(edges) > 0).all()


def test_it_knows_its_moments(rows):
    moments, expected = rows.moments, Moments.of(X)
    np.testing.assert_allclose(moments.mean, expected.mean, rtol=1e-12)
    np.testing.assert_array_equal(rows.min(0), X.min(0))
    assert rows.max() == X.max()


def test_a_part_is_its_rows(rows):
    runs = np.array([[2, 5], [40, 41], [60, 103]])
    part, expected = Part(rows, runs), np.concatenate([X[a:b] for a, b in runs])
    np.testing.assert_array_equal(part[:], expected)
    np.testing.assert_array_equal(part[2:6], expected[2:6])
    np.testing.assert_array_equal(part[[46, 0, 3]], expected[[46, 0, 3]])
    np.testing.assert_array_equal(X[part.rows()], expected)
    edges = part.edges
    assert (edges[0], edges[-1]) == (0, len(expected)) and (np.diff(edges) > 0).all()
    # A run of a part lies in one run of the whole, which is read once.
    whole = np.searchsorted(rows.edges, part.rows(), side="right")
    for start, stop in pairwise(edges):
        assert len(set(whole[start:stop])) == 1


def test_images_of_a_folder_are_decoded_when_they_are_needed(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (6, 5, 4), dtype=np.uint8)
    for i, image in enumerate(pixels):
        folder = tmp_path / "ab"[i // 3]
        folder.mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / f"{i}.png")
    rows = stream(tmp_path)
    np.testing.assert_array_equal(rows[:], pixels)
    assert rows.labels.tolist() == [*"aaabbb"]
    Image.fromarray(pixels[0].T).save(tmp_path / "b" / "5.png")
    assert len(rows[:5]) == 5
    with pytest.raises(ValueError, match=r"differ in size or colour, .* but b.5.png is 4 x 5"):
        rows.read(4, 6)


def test_labels_of_a_table_are_no_feature(tmp_path):
    names = table().append_column("kind", pa.array([*"xyz"] * 34 + ["x"]))
    parquet.write_table(names, tmp_path / "x.parquet", row_group_size=30)
    rows = stream(tmp_path / "x.parquet", y="kind")
    assert rows.names == NAMES and rows.labels[:3].tolist() == ["x", "y", "z"]
    assert Part(rows, np.array([[100, 103]])).labels.tolist() == ["y", "z", "x"]


def test_large_files_are_streams_and_small_ones_arrays(tmp_path, monkeypatch):
    paths = {path.name: path for path in (npy(tmp_path), one_parquet(tmp_path), arrow(tmp_path))}
    paths["shards"] = shards(tmp_path, ".npy", np.save)
    for path in paths.values():
        assert isinstance(load(path).X, np.ndarray)
    small = {name: load(path) for name, path in paths.items()}
    for module in ("_stream", "_files"):
        monkeypatch.setattr(f"latentia.data.{module}.RESIDENT_BYTES", 0)
    for name, path in paths.items():
        data = load(path)
        assert not isinstance(data.X, np.ndarray) and data.schema == small[name].schema
        np.testing.assert_array_equal(data.X[:], X)
        assert len(load(path, n=7)) == 7


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".parquet"])
def test_a_stream_is_written_as_the_array_is(tmp_path, suffix, monkeypatch):
    write_table(tmp_path / f"whole{suffix}", X)
    monkeypatch.setattr("latentia._blocks.BLOCK_VALUES", 40)
    write_table(tmp_path / f"again{suffix}", stream(X))
    np.testing.assert_array_equal(
        load(tmp_path / f"again{suffix}").X, load(tmp_path / f"whole{suffix}").X
    )


def test_a_table_of_text_becomes_an_array(tmp_path):
    lines = [";".join(f"{value:.9g}" for value in row) + ";k" for row in X]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["a;b;c;d;kind", *lines]) + "\n")
    shares = []
    shape = write_npy(path, tmp_path / "x.npy", y="kind", dtype="float32", told=shares.append)
    assert shape == X.shape and shares[-1] == 1.0
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), X)
    path.write_text("1,2\n3,4\n5,6\n")
    assert write_npy(path, tmp_path / "y.npy") == (3, 2)
    assert np.load(tmp_path / "y.npy").dtype == np.float64


def test_any_stream_becomes_an_array(tmp_path, monkeypatch):
    monkeypatch.setattr("latentia._blocks.BLOCK_VALUES", 40)
    for source in (one_parquet(tmp_path), shards(tmp_path, ".npy", np.save)):
        write_npy(source, tmp_path / "all.npy")
        np.testing.assert_array_equal(np.load(tmp_path / "all.npy"), X)


def folder_of(tmp_path, **arrays):
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    return tmp_path


REFUSED = {
    "a shard missing": (
        lambda p: folder_of(p, x_1=X, x_2=X, x_4=X),
        r"the file after x_2.npy is missing, number 3 of 1 to 4",
    ),
    "a shard of another width": (
        lambda p: folder_of(p, x_1=X, x_2=X[:, :3]),
        r"x_1.npy have \(4,\) and those of .*x_2.npy \(3,\); take it out",
    ),
    "files of two kinds": (
        lambda p: [folder_of(p, x=X), one_parquet(p), p][-1],
        r"several kinds \(.npy, .parquet\)",
    ),
    "no file": (lambda p: p / "none.npy", r"none.npy: there is no such file"),
    "another suffix": (
        lambda p: [(p / "x.csv").write_text("1"), p / "x.csv"][-1],
        r"'.csv' cannot be streamed; use one of .arrow, .feather, .npy, .parquet",
    ),
    "text": (lambda p: np.array([["a"]]), "holds text, not real numbers"),
    "no rows": (lambda p: X[:0], "no rows"),
    "no batches": (lambda p: (), "no rows"),
    "one axis": (lambda p: [1.0, 2.0], "examples have shape"),
    "batches of two widths": (
        lambda p: [X[:4], X[:4, :2]],
        r"after example 3 has examples of shape \(2,\), but the first has \(4,\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case, tmp_path):
    make, message = REFUSED[case]
    with pytest.raises(ValueError, match=message) as caught:
        stream(make(tmp_path))
    assert str(caught.value).count("\n") == 0


def test_what_can_be_iterated_once_is_refused():
    with pytest.raises(TypeError, match="generator can be iterated only once"):
        stream(batch for batch in [X])


def test_columns_are_taken_of_what_was_read():
    with pytest.raises(TypeError, match=r"asked for rows only; .* stream\[:100\]\[:, 0\]"):
        stream(X)[:, 0]


def test_a_later_pass_must_be_as_long():
    batches = [X[:60], X[60:]]
    rows = stream(batches)
    batches.pop()
    with pytest.raises(ValueError, match="a later pass gave 60 examples, but the first gave 103"):
        rows.read(50, 70)


def test_what_is_missing_in_a_table_is_placed(tmp_path):
    columns = {"a": [1.0] * 30, "b": [1.0] * 25 + [None] + [1.0] * 4}
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet", row_group_size=10)
    with pytest.raises(
        ValueError, match=r"column 'b' has 1 missing value\(s\), the first in row 26"
    ):
        stream(tmp_path / "x.parquet")[:]
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3,\n")
    with pytest.raises(ValueError, match="column 'b' has no value in row 2"):
        write_npy(tmp_path / "x.csv", tmp_path / "x.npy")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3,four\n")
    with pytest.raises(ValueError, match=r"not a table of numbers .*four"):
        write_npy(tmp_path / "x.csv", tmp_path / "x.npy")
    parquet.write_table(pa.table({"a": [1.0], "b": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="column 'b' is of type string, not numeric"):
        stream(tmp_path / "t.parquet")
    assert not Path(tmp_path / "x.npy").exists()


VIEWS = {
    "a slice": lambda a: a[20:77],
    "every other row": lambda a: a[::2],
    "columns": lambda a: a[:, 1:3],
    "other numbers": lambda a: a.view(">i4"),
    "pictures": lambda a: a.reshape(103, 2, 2, 1),
}


@pytest.mark.parametrize("case", VIEWS)
def test_views_of_a_mapped_file_are_those_of_the_array(case, tmp_path):
    view = VIEWS[case]
    rows = stream(view(np.load(npy(tmp_path), mmap_mode="r")))
    expected = view(X).squeeze(-1) if case == "pictures" else view(X)
    np.testing.assert_array_equal(rows[3:50], expected[3:50])
    assert rows.dtype.isnative


def test_a_file_that_was_cut_short_is_said(tmp_path):
    rows = stream(npy(tmp_path))
    with open(tmp_path / "x.npy", "r+b") as file:
        file.truncate(500)
    assert len(rows[:20]) == 20
    with pytest.raises(ValueError, match=r"x.npy: the file ends before row 103"):
        rows.read(0, 103)


def test_a_copy_that_is_private_to_the_process_keeps_what_was_written(tmp_path):
    mapped = np.load(npy(tmp_path), mmap_mode="c")
    mapped[0] = 7
    rows = stream(mapped)
    assert (rows[:1] == 7).all() and (rows[:1] == 7).all()
