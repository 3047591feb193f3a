"""Models that `hive models fetch` knows: where they come from, what may be done with them, where they lie."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from stack.errors import StackError

_PERMISSIVE = frozenset({"MIT", "Apache-2.0", "CC-BY-4.0", "CC0-1.0"})
PER_VOICE = "per voice"
"""The licence stands in the model card, which is read before anything else is fetched."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a model."""

    source: str
    """Its path in the repository of the hub, or the path of its URL below the releases' address."""
    name: str
    """What it is called on disk."""
    sha256: str = ""
    """Of a release file; the hub tells its own at the time."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model under the name that people type."""

    name: str
    engine: str
    """As in the settings: "whisper", "opus", "kokoro", "piper"."""
    directory: str
    """Below `models.directory`."""
    licence: str
    """SPDX identifier, or `PER_VOICE`."""
    megabytes: int
    """What is fetched, roughly."""
    about: str
    repository: str = ""
    """On the hub; empty for release files."""
    files: tuple[File, ...] = ()
    patterns: tuple[str, ...] = ()
    """Which files of the repository are fetched, where they are not named one by one (fnmatch)."""
    description: str = ""
    """What is written to `hive.json` beside the files (`pipeline.engines.opus_models`); empty for no such file."""
    card: str = ""
    """The file that holds the licence of a model with `PER_VOICE`, among `files`."""

    @property
    def commercial(self) -> bool:
        """Whether the licence is known to allow commercial use."""
        return self.licence in _PERMISSIVE


_WHISPER_FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_OPUS_FILES = ("config.json", "model.bin", "shared_vocabulary.*", "*_vocabulary.*", "vocab.json", "*.spm")

_WHISPER = {
    "tiny": ("Systran/faster-whisper-tiny", 75, "many languages, rough"),
    "tiny.en": ("Systran/faster-whisper-tiny.en", 75, "English, rough"),
    "base": ("Systran/faster-whisper-base", 145, "many languages; live on a good laptop"),
    "base.en": ("Systran/faster-whisper-base.en", 145, "English; live on a good laptop"),
    "small": ("Systran/faster-whisper-small", 485, "many languages; live on eight cores"),
    "small.en": ("Systran/faster-whisper-small.en", 485, "English; live on eight cores"),
    "medium": ("Systran/faster-whisper-medium", 1530, "many languages; for a GPU"),
    "large-v3": ("Systran/faster-whisper-large-v3", 3090, "many languages, best; for a GPU"),
    "large-v3-turbo": (
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, "many languages, best for live use on a GPU",
    ),
}  # fmt: skip

_KOKORO_VOICES = File(
    "/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/voices-v1.0.bin",
    "voices-v1.0.bin",
    "bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d",
)
_KOKORO = (
    Model(
        "kokoro", "kokoro", "kokoro", "Apache-2.0", 354, "voices in en es fr hi it ja pt zh, full precision",
        files=(
            File(
                "/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/kokoro-v1.0.onnx",
                "kokoro-v1.0.onnx",
                "7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5",
            ),
            _KOKORO_VOICES,
        ),
    ),
    Model(
        "kokoro-int8", "kokoro", "kokoro", "Apache-2.0", 142, "the same voices, a smaller model",
        files=(
            File(
                "/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.1/kokoro-v1.0.int8.onnx",
                "kokoro-v1.0.int8.onnx",
                "ae315a79b623f244700e4afb9246c46a26066782e049ba174bf3ba433970ee9c",
            ),
            _KOKORO_VOICES,
        ),
    ),
)  # fmt: skip

_OPUS_PAIRS = ("en-es", "es-en", "en-fr", "fr-en", "en-de", "de-en", "en-it", "it-en", "en-zh", "zh-en")
_VOICES = ("de_DE-thorsten-medium", "en_US-ljspeech-medium", "es_ES-davefx-medium", "fr_FR-siwis-medium")

USUAL = ("whisper-base", "opus-en-es", "opus-en-fr", "kokoro")
"""What the profile cpu begins with."""

_TARGET_TOKENS = {"en-zh": ">>cmn_Hans<<"}
"""What tells models with several targets which one is meant."""

_PAIR = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?-[a-z]{2,3}(_[A-Za-z]{2,4})?")
_VOICE = re.compile(r"([a-z]{2,3})_([A-Z]{2})-([A-Za-z0-9_]+)-(x_low|low|medium|high)")


def find(name: str) -> Model:
    """The model of a name, e.g. "whisper-small", "opus-en-es", "kokoro", "piper-es_ES-davefx-medium".

    Any pair of languages and any voice may be named, whether `listed` shows it or not.

    Raises:
        StackError: no such model; names those that there are.
    """
    for model in _KOKORO:
        if name == model.name:
            return model
    engine, _, rest = name.partition("-")
    if engine == "whisper" and rest in _WHISPER:
        repository, megabytes, about = _WHISPER[rest]
        return Model(
            name, "whisper", f"whisper/{rest}", "MIT", megabytes, about, repository, patterns=_WHISPER_FILES
        )
    if engine == "opus" and _PAIR.fullmatch(rest):
        source, _, target = rest.partition("-")
        repository = f"gaudi/opus-mt-{rest}-ctranslate2"
        about = f"translation {source} to {target}"
        pair = {"source": source, "target": target, "prefix": _TARGET_TOKENS.get(rest, "")}
        note = {"name": f"opus-mt-{rest}", "licence": "Apache-2.0", "commercial_use": True, "pairs": [pair]}
        return Model(
            name, "opus", f"opus/opus-mt-{rest}", "Apache-2.0", 155, about, repository,
            patterns=_OPUS_FILES, description=json.dumps(note, indent=2),
        )  # fmt: skip
    if engine == "piper" and (match := _VOICE.fullmatch(rest)):
        return _voice(name, rest, match)
    raise StackError(
        f"there is no model {name!r}; there are {', '.join(model.name for model in listed())}, "
        "opus-SOURCE-TARGET for other languages, piper-VOICE for other voices"
    )


def _voice(name: str, voice: str, match: re.Match[str]) -> Model:
    language, country, speaker, quality = match.groups()
    path = f"{language}/{language}_{country}/{speaker}/{quality}"
    return Model(
        name, "piper", "piper", PER_VOICE, 63, f"voice for {language}-{country}", "rhasspy/piper-voices",
        files=(
            File(f"{path}/MODEL_CARD", f"{voice}.card.txt"),
            File(f"{path}/{voice}.onnx.json", f"{voice}.onnx.json"),
            File(f"{path}/{voice}.onnx", f"{voice}.onnx"),
        ),
        card=f"{voice}.card.txt",
    )  # fmt: skip


def listed() -> list[Model]:
    """The models that are worth showing."""
    names: Iterable[str] = (
        *(f"whisper-{size}" for size in _WHISPER),
        *(f"opus-{pair}" for pair in _OPUS_PAIRS),
        *(model.name for model in _KOKORO),
        *(f"piper-{voice}" for voice in _VOICES),
    )
    return [find(name) for name in names]


_LICENCE_LINE = re.compile(r"^[\s*-]*licen[cs]e\s*:?\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_FORBIDDING = re.compile(r"non[- ]?commercial|\bnc\b|-nc-|research only|blizzard", re.IGNORECASE)


def licence_of_card(card: str) -> tuple[str, bool]:
    """What a model card says of the licence, and whether that allows commercial use.

    A card that says nothing, or sends the reader elsewhere, does not allow it.
    """
    found = _LICENCE_LINE.search(card)
    if found is None:
        return "not stated", False
    text = found[1].strip()
    allowed = re.search(
        r"\bcc0\b|public domain|\bmit\b|apache|\bbsd\b|cc[- ]by(-sa)?[- ][34]|/licenses/by(-sa)?/",
        text,
        re.IGNORECASE,
    )
    return text, allowed is not None and _FORBIDDING.search(card) is None
