"""A file that is filled piece by piece, beside the place where it shall be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentia._files import write_whole

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Partial:
    """Rows in a memory-mapped array, and a note of which are there.

    Parameters
    ----------
    out : Path
        What it shall become.
    array, notes : Path
        The two files.
    """

    out: Path
    array: Path
    notes: Path

    @classmethod
    def at(cls, out: Path) -> Partial:
        """Return that of a file."""
        beside = (out.with_name(f".{out.name}.partial.{kind}") for kind in ("npy", "json"))
        return cls(out, *beside)

    def resumed(self, notes: Mapping[str, object]) -> set[int] | None:
        """Return where pieces begin that are there, or None where there is nothing.

        Raises
        ------
        ValueError
            If they are of another command, or damaged.
        """
        if not self.notes.exists() or not self.array.exists():
            return None
        try:
            kept = json.loads(self.notes.read_text(encoding="utf-8"))
            was, done = kept["of"], {int(start) for start in kept["done"]}
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self.notes} is damaged ({error}); drop --resume to start anew."
            ) from error
        now = json.loads(json.dumps(dict(notes)))
        changed = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        if changed:
            told = "; ".join(f"{name} was {was.get(name)}, is {now.get(name)}" for name in changed)
            raise ValueError(
                f"{self.array} was left by another command ({told}); repeat that one, or drop "
                "--resume to start anew."
            )
        return done

    def create(self, shape: tuple[int, ...], dtype: np.dtype, notes: Mapping[str, object]) -> None:
        """Make place for all rows.

        Raises
        ------
        ValueError
            If the disk has none, or the file cannot be written.
        """
        import numpy as np

        self.notes.unlink(missing_ok=True)
        if self.out.is_dir():
            raise self._unwritable("Is a directory")
        check_room(self.out, int(np.prod(shape, dtype=object)) * dtype.itemsize)
        try:
            np.lib.format.open_memmap(self.array, mode="w+", dtype=dtype, shape=shape)
        except OSError as error:
            raise self._unwritable(error.strerror or str(error)) from error
        self._save(notes, set())

    def write(self, start: int, values: np.ndarray) -> None:
        """Write rows, to the disk."""
        import numpy as np

        rows = np.lib.format.open_memmap(self.array, mode="r+")
        rows[start : start + len(values)] = values
        rows.flush()

    def note(self, done: set[int]) -> set[int]:
        """Note where pieces begin that are there."""
        self._save(json.loads(self.notes.read_text(encoding="utf-8"))["of"], done)
        return done

    def finish(self, names: Sequence[str] | None) -> tuple[int, ...]:
        """Put all rows in their place, and return their shape."""
        import numpy as np

        from latentia.data import stream, write_table

        rows = np.lib.format.open_memmap(self.array, mode="r")
        try:
            if self.out.suffix.lower() == ".npy":
                self.array.replace(self.out)
            else:
                write_table(self.out, stream(rows) if rows.ndim > 1 else rows, names)
        except OSError as error:
            raise self._unwritable(error.strerror or str(error)) from error
        finally:
            self.drop()
        return rows.shape

    def drop(self) -> None:
        """Leave nothing beside the place."""
        self.array.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)

    def _save(self, notes: Mapping[str, Any], done: set[int]) -> None:
        text = json.dumps({"of": dict(notes), "done": sorted(done)})
        write_whole(self.notes, lambda stream: stream.write(text.encode()))

    def _unwritable(self, reason: str) -> ValueError:
        return ValueError(
            f"{self.out}: cannot be written ({reason}); choose an existing folder that you may "
            "write to."
        )


def check_room(out: Path, n_bytes: int, what: str = "so many rows") -> None:
    """Refuse what the disk has no place for.

    Raises
    ------
    ValueError
    """
    try:
        free = shutil.disk_usage(out.parent).free
    except OSError:
        return  # what is wrong with the folder is said when it is written to
    if n_bytes > free:
        raise ValueError(
            f"{what} take {n_bytes // 2**30:,} GiB, but the disk of {out.parent} has "
            f"{free // 2**30:,} GiB left; write fewer, or elsewhere."
        )
