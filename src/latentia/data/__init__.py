"""Files, frames, folders and built-in sets as checked arrays, and their scaling for learning."""

from latentia.data._curves import Ellipse, Ring, Spiral, SwissRoll
from latentia.data._dataset import Dataset
from latentia.data._frames import frame_to_array, is_frame
from latentia.data._generated import Generated
from latentia.data._load import load
from latentia.data._part import Part
from latentia.data._scaling import Affine, scalings
from latentia.data._schema import Schema
from latentia.data._sources import Bundled, Source, sources
from latentia.data._sprites import Sprites
from latentia.data._stream import Stream
from latentia.data._streams import as_stream, stream
from latentia.data._validation import check_finite
from latentia.data._write import write_table, writer_for
from latentia.data._write_npy import write_npy

__all__ = [
    "Affine",
    "Bundled",
    "Dataset",
    "Ellipse",
    "Generated",
    "Part",
    "Ring",
    "Schema",
    "Source",
    "Spiral",
    "Sprites",
    "Stream",
    "SwissRoll",
    "as_stream",
    "check_finite",
    "frame_to_array",
    "is_frame",
    "load",
    "scalings",
    "sources",
    "stream",
    "write_npy",
    "write_table",
    "writer_for",
]
