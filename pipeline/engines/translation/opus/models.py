"""Directories that hold OPUS-MT models for CTranslate2, and what their `hive.json` says.

A model directory holds `model.bin`, `config.json`, `source.spm` and `target.spm` as the converters of
CTranslate2 write them. A name like `en-es`, `opus-mt-en-es` or `opus-mt-tc-big-en-es` tells the pair;
anything else needs a `hive.json`, which may hold:

    {
      "name": "opus-mt-tc-big-en-roa",                          default: the directory's name
      "licence": "CC-BY-4.0",                                   SPDX; default "unknown"
      "commercial_use": true,                                   default true
      "pairs": [{"source": "en", "target": "es", "prefix": ">>spa<<"}],
      "adds_end_token": false                                   default: what config.json says
    }

`prefix` is the first source token of models with several target languages. `adds_end_token` tells whether
the model itself ends the source with `</s>`: models made from Marian archives do, those made from
Hugging Face checkpoints do not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import structlog
from pydantic import ConfigDict, TypeAdapter, ValidationError

from pipeline.engines.protocols import EngineError, EngineMissing

log = structlog.get_logger(__name__)

_NAME = re.compile(r"(?:opus-(?:mt-)?(?:tc-\w+-)?)?([a-z]{2,3})(?:_\w+)?-([a-z]{2,3})(?:_\w+)?")
_USUAL_PREFIXES = {"zh": ">>cmn_Hans<<"}
"""For targets with several scripts, whose models expect a prefix although they have one language."""
_NEEDED = ("model.bin", "source.spm", "target.spm")
_STRICT = ConfigDict(extra="forbid")


class ModelDescriptionError(EngineError):
    """A `hive.json` that cannot be used; says which and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDirection:
    """One direction that a model translates."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    source: str
    target: str
    prefix: str = ""
    """First source token, e.g. ">>spa<<"; empty for models with one target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What `hive.json` holds."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str = ""
    licence: str = "unknown"
    commercial_use: bool = True
    pairs: tuple[ModelDirection, ...] = field(default=())
    adds_end_token: bool | None = None


@dataclass(frozen=True, slots=True)
class OpusModel:
    """A model on disk."""

    name: str
    directory: Path
    licence: str
    commercial_use: bool
    pairs: tuple[ModelDirection, ...]
    adds_end_token: bool


def find(directory: Path) -> tuple[OpusModel, ...]:
    """All models in the subdirectories, by name; directories without a `model.bin` are passed over.

    Raises:
        EngineMissing: there are none.
        ModelDescriptionError: one of them is described wrongly.
    """
    places = sorted(directory.iterdir()) if directory.is_dir() else []
    models = tuple(read(place) for place in places if (place / "model.bin").is_file())
    if not models:
        raise EngineMissing(
            f"there is no translation model in {directory}; fetch one, e.g. `hive models fetch opus-en-es`, or "
            f"put a directory such as opus-mt-en-es there, converted with ct2-opus-mt-converter"
        )
    return models


def read(directory: Path) -> OpusModel:
    """Reads what is known of one model. Raises ModelDescriptionError."""
    for name in _NEEDED:
        if not (directory / name).is_file():
            raise ModelDescriptionError(f"{directory} lacks {name}")
    file = directory / "hive.json"
    description = _description(file) if file.is_file() else Description()
    adds_end_token = description.adds_end_token
    return OpusModel(
        name=description.name or directory.name,
        directory=directory,
        licence=description.licence,
        commercial_use=description.commercial_use,
        pairs=description.pairs or (_pair_by_name(directory),),
        adds_end_token=_adds_end_token(directory) if adds_end_token is None else adds_end_token,
    )


def _pair_by_name(directory: Path) -> ModelDirection:
    """What the name of a model's directory tells, e.g. "opus-en-es"."""
    named = _NAME.fullmatch(directory.name)
    if named is None:
        raise ModelDescriptionError(
            f'{directory / "hive.json"}: "pairs" is needed, the name of the directory does not tell the languages'
        )
    prefix = _USUAL_PREFIXES.get(named[2], "")
    return ModelDirection(source=named[1], target=named[2], prefix=prefix if knows(directory, prefix) else "")


def knows(directory: Path, token: str) -> bool:
    """Whether a token is in the vocabulary of a model; False where that cannot be read."""
    for name in ("source_vocabulary.json", "shared_vocabulary.json"):
        if token and (directory / name).is_file():
            return token in json.loads((directory / name).read_bytes())
    return False


def _description(file: Path) -> Description:
    try:
        return TypeAdapter(Description).validate_json(file.read_bytes())
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ModelDescriptionError(f"{file}: {problems}") from error


def _adds_end_token(directory: Path) -> bool:
    """Both converters write what they expect; an end token too many does less harm than one too few."""
    file = directory / "config.json"
    try:
        config = json.loads(file.read_bytes()) if file.is_file() else {}
    except ValueError as error:
        raise ModelDescriptionError(f"{file} is not valid JSON") from error
    return bool(config.get("add_source_eos", False))
