"""Weights as CTranslate2 stores them: read as they are meant, and nothing of a file that is none."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.whisper.weights import matrix, read_weights
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

_TYPES = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def written(variables: dict[str, NDArray[Any]], aliases: dict[str, str], version: int = 6) -> bytes:
    """A file of CTranslate2's format."""

    def text(value: str) -> bytes:
        raw = value.encode() + b"\0"
        return struct.pack("<H", len(raw)) + raw

    parts = [struct.pack("<I", version), text("WhisperSpec"), struct.pack("<II", 3, len(variables))]
    for name, values in variables.items():
        raw = values.tobytes()
        sizes = struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
        parts += [text(name), sizes, struct.pack("<BI", _TYPES[values.dtype.name], len(raw)), raw]
    parts.append(struct.pack("<I", len(aliases)))
    parts += [text(alias) + text(name) for alias, name in aliases.items()]
    return b"".join(parts)


def test_variables_of_all_types_and_aliases_are_read(tmp_path: Path) -> None:
    """Scalars, vectors and matrices, under both of their names."""
    variables: dict[str, NDArray[Any]] = {
        "heads": np.array(8, np.int16),
        "bias": np.array([0.5, -2.0], np.float16),
        "weight": np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]], np.float32),
        "rounded": np.array([[1, -127], [64, 32]], np.int8),
        "numbers": np.array([70_000], np.int32),
    }
    file = tmp_path / "model.bin"
    file.write_bytes(written(variables, {"projection": "weight"}))

    found = read_weights(file)

    assert set(found) == {*variables, "projection"}
    for name, values in variables.items():
        assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype
    assert_array_equal(found["projection"], variables["weight"])


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (np.array([2.0, 4.0], np.float32), [[0.5, -63.5], [16.0, 8.0]]),
        (np.float32(2.0), [[0.5, -63.5], [32.0, 16.0]]),
        (None, [[1.0, -127.0], [64.0, 32.0]]),
    ],
)
def test_whole_numbers_are_what_their_scale_says(scale: Any, expected: list[list[float]]) -> None:
    """A scale for each row, one for all, none."""
    weights = {"weight": np.array([[1, -127], [64, 32]], np.int8)}
    if scale is not None:
        weights["weight_scale"] = np.asarray(scale)

    assert_array_equal(matrix(weights, "weight"), np.array(expected, np.float32))


def test_a_real_file_is_read_as_ctranslate2_reads_it() -> None:
    """Product of the first layer, from the file and as CTranslate2 says how large it is."""
    found = read_weights(sounds.POCKET_WHISPER / "model.bin")
    model = ctranslate2.models.Whisper(str(sounds.POCKET_WHISPER), device="cpu", compute_type="float32")

    assert found["encoder/conv1/weight"].shape[1] == model.n_mels
    width = found["decoder/position_encodings/encodings"].shape[1]
    silence = ctranslate2.StorageView.from_array(np.zeros((1, model.n_mels, 100), np.float32))
    assert np.array(model.encode(silence)).shape == (1, 50, width)
    assert matrix(found, "decoder/embeddings/weight").std() == pytest.approx(0.09, abs=0.08)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x03\x04 an archive",
        written({"a": np.zeros(4, np.float32)}, {}, version=5),
        written({"a": np.zeros(4, np.float32)}, {})[:-9],
        written({"a": np.zeros(4, np.float32)}, {"b": "none"}),
        written({"a": np.zeros(4, np.float32)}, {}).replace(
            struct.pack("<BI", 0, 16), struct.pack("<BI", 5, 16)
        ),
    ],
    ids=["empty", "archive", "older", "cut off", "alias of nothing", "unknown type"],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, raw: bytes) -> None:
    """By one error, which names the file."""
    file = tmp_path / "model.bin"
    file.write_bytes(raw)

    with pytest.raises(EngineError, match=r"model\.bin cannot be read"):
        read_weights(file)
