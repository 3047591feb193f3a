"""The sample file says everything that can be set, and nothing else."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from config import sample
from config.reading import load
from config.settings import Settings, SpeechSettings

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = {("models", "directory"), ("recording", "directory"), ("auth", "open_rooms")}
"""Keys whose default cannot be written down."""


def keys() -> set[tuple[str, ...]]:
    """Every key there is, e.g. ("profile",) and ("rooms", "linger_s")."""
    found: set[tuple[str, ...]] = set()
    for setting in fields(Settings):
        value = getattr(Settings(), setting.name)
        inner = fields(value) if is_dataclass(value) else ()
        found |= {(setting.name, key.name) for key in inner} or {(setting.name,)}
    return found


def uncommented(text: str) -> str:
    """The sample as somebody leaves it who changes nothing."""
    return re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)


def test_the_file_is_what_the_settings_say() -> None:
    """`hive settings --sample >hive.sample.toml` was run after the settings last changed."""
    assert (ROOT / "hive.sample.toml").read_text(encoding="utf-8") == sample.sample()


def test_the_file_is_the_same_wherever_it_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No default that lies in somebody's home is written down."""
    here = sample.sample()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert sample.sample() == here


def test_every_key_is_there_with_its_default(tmp_path: Path) -> None:
    """Uncommented as it stands, the sample means the defaults; commented, it means them too."""
    file = tmp_path / "hive.toml"
    tree = tomllib.loads(uncommented(sample.sample()))
    written = {
        (section, key) if isinstance(inner, dict) else (section,)
        for section, inner in tree.items()
        for key in (inner if isinstance(inner, dict) else [section])
    }
    assert written == keys()

    for section, key in EXAMPLES:
        del tree[section][key]
    text = uncommented(sample.sample())
    for _, key in EXAMPLES:
        text = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
    for content in (text, sample.sample()):
        file.write_text(content, encoding="utf-8")
        assert load(file, {}) == Settings()


def test_every_key_says_what_it_means() -> None:
    """Above each key and each section stands at least one sentence."""
    lines = sample.sample().splitlines()
    bare = [
        line
        for above, line in pairwise(lines)
        if re.match(r"#\w|\[", line) and not re.match(r"# .*[\w`\")][.):]", above)
    ]

    assert bare == []


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("linger_s", "# How long a channel is kept after its last listener left it. In seconds."),
        ("max_bytes_per_s", "# For each allocation. In bytes a second."),
        ("session_hours", "# How long somebody who joined may renew their token. In hours."),
        ("download", "# Whether missing models may be fetched."),
    ],
)
def test_units_stand_in_words(key: str, meaning: str) -> None:
    """A name's suffix is spelled out, the longest that fits."""
    assert re.search(rf"^{re.escape(meaning)}\n#{key} = ", sample.sample(), re.MULTILINE)


def test_what_holds_is_written_without_secrets() -> None:
    """A list and a table as TOML; a secret only as set or not set; no line for what has no value."""
    speech = SpeechSettings(engines=("piper", "auto"), voices={"pt-BR": "piper"})
    shown = sample.written(Settings(speech=speech))
    tree = tomllib.loads(shown)

    assert tree["speech"]["engines"] == ["piper", "auto"]
    assert tree["speech"]["voices"] == {"pt-BR": "piper"}
    assert tree["livekit"]["api_secret"] == "**********"
    assert tree["services"]["token"] == ""
    assert "open_rooms" not in tree["auth"]
    assert Settings().livekit.api_secret.get_secret_value() not in shown


def test_the_sample_can_be_loaded_as_it_is() -> None:
    """Beside the variables of a real environment."""
    assert load(ROOT / "hive.sample.toml", {"HIVE_ROOMS__MAX_ROOMS": "3"}).rooms.max_rooms == 3
    assert load(Path(os.devnull), {}) == Settings()
