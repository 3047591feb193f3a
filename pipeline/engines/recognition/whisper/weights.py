"""Reads the weights of a model in CTranslate2's format, so that another runtime can compute with them.

Source:
    CTranslate2, `specs/model_spec.py`, `ModelSpec._serialize`: version, name, revision, variables, aliases.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.protocols import EngineError

StoredWeights = Mapping[str, NDArray[Any]]
"""Variables by name, "decoder/layer_0/ffn/linear_0/weight"; matrices are (outputs, inputs)."""

_BINARY_VERSION: Final = 6
_TYPES: Final = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_SCALE: Final = "_scale"


def read_weights(path: Path) -> StoredWeights:
    """All variables of a `model.bin`, aliases included, as they are stored; arrays lie in the mapped file. Blocking.

    Raises:
        EngineError: the file is none, is cut off, or has a type of numbers that NumPy does not know.
    """
    try:
        whole = np.memmap(path, mode="r")
        with path.open("rb") as file:
            return _variables(file, whole)
    except (OSError, struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise EngineError(f"the weights in {path.name} cannot be read: {type(error).__name__}") from error


def matrix(weights: StoredWeights, name: str) -> NDArray[np.float32]:
    """A variable as it is meant, whether it is stored as floats or as whole numbers with a scale for each row."""
    values = np.asarray(weights[name], np.float32)
    scale = weights.get(name + _SCALE)
    if scale is None:
        return values
    divisor = np.asarray(scale, np.float32)
    return np.asarray(values / (divisor[:, None] if divisor.ndim else divisor), np.float32)


def _variables(file: IO[bytes], whole: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    version = _number(file, "<I")
    if version != _BINARY_VERSION:
        raise ValueError(f"version {version}")
    _text(file)
    _number(file, "<I")
    found: dict[str, NDArray[Any]] = {}
    for _ in range(_number(file, "<I")):
        name = _text(file)
        sizes = [_number(file, "<I") for _ in range(_number(file, "<B"))]
        kind = np.dtype(_TYPES[_number(file, "<B")])
        length, begin = _number(file, "<I"), file.tell()
        found[name] = whole[begin : begin + length].view(kind).reshape(sizes)
        file.seek(length, 1)
    for _ in range(_number(file, "<I")):
        alias = _text(file)
        found[alias] = found[_text(file)]
    return found


def _number(file: IO[bytes], layout: str) -> int:
    (value,) = struct.unpack(layout, file.read(struct.calcsize(layout)))
    return int(value)


def _text(file: IO[bytes]) -> str:
    """With its length in front and a zero behind it."""
    return file.read(_number(file, "<H")).rstrip(b"\0").decode()
