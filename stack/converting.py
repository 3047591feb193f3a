"""`hive models convert`: from an official model to one in HIVE's layout, with what the engine must be told of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from config.settings import Models
from stack import catalogue, conversion
from stack.conversion import CannotConvert
from stack.errors import StackError
from stack.model import Model
from stack.models import FileProgress, ModelStore, Say

_WHISPER = re.compile(r"(?:faster-)?whisper-(.+)|(distil-.+)")
_PAIR = re.compile(r"opus-mt(?:-tc-\w+)?-([a-z]{2,3})-([a-z]{2,3})")
_OTHER_CODES: Final = {"jap": "ja"}
_EXAMPLES: Final = {"whisper": "whisper-small", "opus": "opus-en-uk"}
"""What the authors call a language that the rest of the world calls otherwise."""
_TARGET_TOKENS: Final = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng",
    "es": "spa", "et": "est", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun",
    "is": "isl", "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nl": "nld", "no": "nob",
    "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sr": "srp_Cyrl", "sv": "swe",
    "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "cmn_Hans",
}  # fmt: skip
"""ISO 639-3, as it stands in the target tokens of models with several targets."""


async def convert(
    model: str,
    settings: Models,
    *,
    name: str | None = None,
    prefix: str | None = None,
    say: Say = lambda line: None,
    progress: FileProgress = lambda name, here, whole: None,
) -> Path:
    """Converts a repository of the hub, or a directory.

    Args:
        name: "whisper-SIZE" or "opus-SOURCE-TARGET"; None tells it from the model's own name.
        prefix: which of several targets is meant; None finds the token of the target language.

    Returns:
        Where the converted model lies.

    Raises:
        StackError: it cannot be fetched, is of another kind, or its name does not tell what it is.
    """
    store = ModelStore(settings)
    local = await asyncio.to_thread(_directory, model)
    if local is not None:
        source, own = local, local.name
    else:
        source, own = await _fetched(model, store, settings, say, progress), model.rpartition("/")[2]
    kind = await asyncio.to_thread(conversion.kind_of, source)
    name = name or _name(own, kind)
    engine, _, rest = name.partition("-")
    if engine != kind or not rest:
        raise StackError(f"{model} is a model for {kind}; --as {kind}-… names it, not {name}")
    if kind == "whisper":
        to, note = settings.directory / "whisper" / rest, ""
    else:
        known = catalogue.find(name)
        to, note = store.path(known), _description(source, known, prefix)
    say(f"converting {model}")
    await asyncio.to_thread(conversion.convert, source, to)
    if note:
        (to / "hive.json").write_text(note + "\n", encoding="utf-8")
    if local is None:
        await asyncio.to_thread(conversion.forget, source)
    return to


async def _fetched(model: str, store: ModelStore, settings: Models, say: Say, progress: FileProgress) -> Path:
    """A repository of the hub, brought here."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", model):
        raise StackError(f"{model} is neither a directory nor a repository like Helsinki-NLP/opus-mt-en-uk")
    if not settings.download:
        raise StackError("downloads are turned off by the setting models.download")
    return await store.fetch_official(model, say=say, progress=progress)


def _directory(model: str) -> Path | None:
    place = Path(model).resolve()
    return place if place.is_dir() else None


def _name(own: str, kind: str) -> str:
    """What a model is called in the catalogue, told from its own name. Raises StackError."""
    if kind == "whisper" and (match := _WHISPER.fullmatch(own)):
        return f"whisper-{match[1] or match[2]}"
    if kind == "opus" and (match := _PAIR.fullmatch(own)):
        source, target = (_OTHER_CODES.get(code, code) for code in match.groups())
        return f"opus-{source}-{target}"
    raise StackError(f"the name {own} does not tell what the model is; say it, e.g. --as {_EXAMPLES[kind]}")


def _description(source: Path, known: Model, prefix: str | None) -> str:
    """What `hive.json` says of a translation model, with the token of its target where it has several."""
    tokens = conversion.target_tokens(source)
    note = json.loads(known.description)
    pair = note["pairs"][0]
    if prefix and prefix not in tokens:
        raise CannotConvert(
            f"the model does not know {prefix}; it knows {' '.join(tokens) or 'no such token'}"
        )
    pair["prefix"] = _likely_prefix(pair, tokens) if prefix is None else prefix
    return json.dumps(note, indent=2)


def _likely_prefix(pair: Mapping[str, str], tokens: Collection[str]) -> str:
    """The token of the target language; empty where the model has but one target."""
    language = pair["target"]
    likely = (pair["prefix"], f">>{_TARGET_TOKENS.get(language, language)}<<", f">>{language}<<")
    found = next((token for token in likely if token in tokens), "")
    if not found and len(tokens) > 1:
        raise CannotConvert(
            f"the model has several targets; say with --prefix which is meant of {' '.join(tokens)}"
        )
    return found
