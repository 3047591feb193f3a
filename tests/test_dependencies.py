"""Dependencies between the folders run one way."""

from __future__ import annotations

import ast

import pytest

from scripts import figures

ROOMS = tuple(figures.arrows())

FOREIGN = {
    "protocol": {
        "livekit",
        "aiohttp",
        "fastapi",
        "uvicorn",
        "websockets",
        "httpx",
        "faster_whisper",
        "numpy",
    },
    "foundation": {"livekit", "aiohttp", "faster_whisper", "numpy"},
    "pipeline": {"livekit", "aiohttp", "fastapi", "uvicorn", "websockets", "httpx"},
    "config": {"livekit", "aiohttp", "fastapi", "faster_whisper", "numpy"},
}


def users(package: str, library: set[str]) -> dict[str, set[str]]:
    """Which files of a package import what of some libraries."""
    texts = {path: text for path, text in figures.product().items() if path.startswith(f"{package}/")}
    assert texts, f"{package} holds no code"
    found = {path: figures.imports(text) & library for path, text in texts.items()}
    return {path: names for path, names in found.items() if names}


def test_a_folder_knows_only_those_below_it() -> None:
    """No file imports from a folder that the architecture puts above or beside its own."""
    assert figures.against_the_arrows(figures.product()) == []


def test_the_arrows_show_every_folder_that_holds_code() -> None:
    """A new folder is put on a floor of the house before anything may import it."""
    folders = {path.parent.name for path in figures.ROOT.glob("*/__init__.py")} - {"tests"}

    assert folders == set(ROOMS)
    assert all(known <= set(ROOMS[:at]) for at, known in enumerate(figures.arrows().values()))


@pytest.mark.parametrize("package", FOREIGN)
def test_libraries_stay_where_they_belong(package: str) -> None:
    """The lower floors work without the libraries of the upper ones."""
    assert users(package, FOREIGN[package]) == {}


@pytest.mark.parametrize("package", sorted(set(ROOMS) - {"worker", "demo", "bench", "auth_service", "stack"}))
def test_only_the_outer_folders_know_livekit(package: str) -> None:
    """The engines' side works without LiveKit's library."""
    assert users(package, {"livekit"}) == {}


def test_the_agent_framework_is_a_thin_host() -> None:
    """Only the host knows livekit-agents; the rest of the worker runs without it."""
    hosts = set()
    for path in sorted((figures.ROOT / "worker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if any(module.startswith("livekit.agents") for module in modules):
                hosts.add(path.name)

    assert hosts <= {"host.py", "health.py", "__main__.py"}


ABOVE = {
    "storage": {"access", "dispatch", "http"},
    "access": {"dispatch", "http"},
    "dispatch": {"access", "http"},
}
"""Layers of the token service, each with those that it may not know."""


@pytest.mark.parametrize("layer", ABOVE)
def test_the_token_service_is_built_in_layers(layer: str) -> None:
    """What is stored knows nothing of who may come in, and neither knows HTTP."""
    texts = [
        text
        for path, text in figures.product().items()
        if path.startswith(f"auth_service/{layer}/") and "/migrations/" not in path
    ]
    assert texts
    above = tuple(f"auth_service.{name}" for name in ABOVE[layer])
    imported = {
        node.module
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert [module for module in sorted(imported) if module.startswith(above)] == []


@pytest.mark.parametrize("role", ["recognition", "translation", "synthesis"])
def test_engines_of_one_role_know_no_other_role(role: str) -> None:
    """What they share stands beside them."""
    others = tuple(
        f"pipeline.engines.{name}" for name in ("recognition", "translation", "synthesis") if name != role
    )
    for path, text in figures.product().items():
        if path.startswith(f"pipeline/engines/{role}/"):
            modules = [
                node.module
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.ImportFrom) and node.module
            ]
            assert [module for module in modules if module.startswith(others)] == [], path
