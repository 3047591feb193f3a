"""Real weights for tests: where `make test` could bring them, they lie in the models directory of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.reading import load
from stack import catalogue
from stack.models import ModelStore


def real_model(name: str) -> Path:
    """The directory of a model of the catalogue, e.g. "whisper-base"; the test is skipped where it is not here."""
    model = catalogue.find(name)
    store = ModelStore(load().models)
    if not store.has(model):
        pytest.skip(
            f"{name} is not in {store.path(model)}: nobody who hands it out could be reached; "
            f"`hive models fetch {name}`"
        )
    return store.path(model)
