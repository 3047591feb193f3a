"""Reads the weights of a PyTorch checkpoint as NumPy arrays, without PyTorch.

Three formats hold the models that people publish: safetensors, and two generations of `torch.save`. The latter are
pickles; only what tensors consist of is rebuilt, any other name in one is refused, so nothing of a file is ever run.

Source: `torch/serialization.py` (`_load`, `_legacy_load`), `torch/_utils.py` (`_rebuild_tensor_v2`) of PyTorch, and the
safetensors format: eight bytes of length, a JSON header, the data.
"""

from __future__ import annotations

import io
import json
import math
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[Any]]

_SAFETENSORS: Final = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "<u1"}
_STORAGES: Final = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": "bf16",
    "LongStorage": "<i8", "IntStorage": "<i4", "ByteStorage": "<u1", "BoolStorage": "<u1",
}  # fmt: skip
_MAGIC: Final = 0x1950A86A20F9469CFC6C
_PROTOCOL: Final = 1001


class UnreadableCheckpoint(ValueError):
    """A file is not a checkpoint, or holds more than weights."""


def read(path: Path) -> Weights:
    """All weights of a checkpoint by name; those of a table in the table as "model_state.linear.weight".

    Raises UnreadableCheckpoint.
    """
    try:
        if path.suffix == ".safetensors":
            return _safetensors(path)
        if zipfile.is_zipfile(path):
            return _zipped(path)
        return _legacy(path)
    except (
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        EOFError,
        struct.error,
        pickle.UnpicklingError,
    ) as error:
        raise UnreadableCheckpoint(f"{path.name} cannot be read as weights: {error}") from error


def _array(data: bytes | memoryview, kind: str) -> NDArray[Any]:
    """Numbers of a kind; bfloat16, which NumPy does not know, becomes float32."""
    if kind == "bf16":
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    return np.frombuffer(data, kind)


def _safetensors(path: Path) -> Weights:
    data = memoryview(path.read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(bytes(data[8 : 8 + length]))
    body = data[8 + length :]
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            kind = "bf16" if entry["dtype"] == "BF16" else _SAFETENSORS[entry["dtype"]]
            weights[name] = _array(body[first:last], kind).reshape(entry["shape"])
    return weights


# --- pickles -----------------------------------------------------------------------------------------------


class _Storage:
    """The numbers behind one or more tensors; legacy files give them only at their end."""

    def __init__(self, kind: str, numbers: NDArray[Any] | None = None) -> None:
        self.kind, self.numbers = kind, numbers


class _Tensor:
    """A view of a storage."""

    def __init__(
        self, storage: _Storage, first: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> None:
        self._storage, self._first, self._shape, self._strides = storage, first, shape, strides

    def array(self) -> NDArray[Any]:
        numbers = self._storage.numbers
        if numbers is None:
            raise ValueError("a tensor has no data")
        last = self._first + sum((n - 1) * step for n, step in zip(self._shape, self._strides, strict=True))
        if math.prod(self._shape) and not 0 <= self._first <= last < numbers.size:
            raise ValueError("a tensor reaches beyond its data")
        steps = tuple(step * numbers.itemsize for step in self._strides)
        return np.lib.stride_tricks.as_strided(numbers[self._first :], self._shape, steps, writeable=False)


def _rebuild(
    storage: _Storage, first: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage, int(first), tuple(shape), tuple(strides))


def _parameter(data: _Tensor, *_: Any) -> _Tensor:
    return data


class _Unpickler(pickle.Unpickler):
    """Knows tensors, and nothing else that could be called."""

    def __init__(self, file: IO[bytes], storage: Callable[[str, str], _Storage]) -> None:
        super().__init__(file)
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _parameter
        if module in ("torch", "torch.storage") and name in _STORAGES:
            return name
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is not a weight")

    def persistent_load(self, pid: Any) -> _Storage:
        if pid[0] != "storage":
            raise pickle.UnpicklingError("an unknown kind of reference")
        return self._storage(str(pid[1]), str(pid[2]))


def _weights(state: Any) -> Weights:
    if not isinstance(state, dict):
        raise ValueError("it is not a table of weights")
    weights: Weights = {}
    for name, value in state.items():
        if isinstance(value, _Tensor):
            weights[str(name)] = value.array()
        elif isinstance(value, OrderedDict):  # what training goes on with lies in plain tables
            weights |= {f"{name}.{inner}": array for inner, array in _weights(value).items()}
    return weights


def _zipped(path: Path) -> Weights:
    with zipfile.ZipFile(path) as archive:
        table = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        folder = table.removesuffix("data.pkl")
        known: dict[str, _Storage] = {}

        def storage(kind: str, key: str) -> _Storage:
            if key not in known:
                data = archive.read(f"{folder}data/{key}")
                known[key] = _Storage(kind, _array(data, _STORAGES[kind]))
            return known[key]

        return _weights(_Unpickler(io.BytesIO(archive.read(table)), storage).load())


def _legacy(path: Path) -> Weights:
    """Pickles in a row: magic number, version, machine, the table, the keys; then the numbers of each key."""
    known: dict[str, _Storage] = {}

    def storage(kind: str, key: str) -> _Storage:
        return known.setdefault(key, _Storage(kind))

    with path.open("rb") as file:
        magic, version = _Unpickler(file, storage).load(), _Unpickler(file, storage).load()
        if magic != _MAGIC or version != _PROTOCOL:
            raise ValueError("unknown format")
        _Unpickler(file, storage).load()
        state = _Unpickler(file, storage).load()
        for key in _Unpickler(file, storage).load():
            (count,) = struct.unpack("<q", file.read(8))
            kind = _STORAGES[known[key].kind]
            size = count * (2 if kind == "bf16" else np.dtype(kind).itemsize)
            data = file.read(size)
            if len(data) != size:
                raise EOFError("it breaks off")
            known[key].numbers = _array(data, kind)
        return _weights(state)
