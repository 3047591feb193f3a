"""Dependencies between the folders run one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ALLOWED = {
    "config": set(),
    "foundation": {"config"},
    "pipeline": {"foundation", "config"},
    "speech_service": {"pipeline", "foundation", "config"},
    "worker": {"speech_service", "foundation", "pipeline", "config"},
    "turn": {"config"},
    "auth_service": {"turn", "foundation", "config"},
    "stack": {"turn", "foundation", "pipeline", "config"},
    "demo": {"stack", "foundation", "pipeline", "config"},
    "bench": {"demo", "foundation", "stack", "worker", "speech_service", "pipeline", "config"},
    "cli": {
        "bench",
        "demo",
        "stack",
        "worker",
        "speech_service",
        "auth_service",
        "turn",
        "foundation",
        "pipeline",
        "config",
    },
}

FOREIGN = {
    "foundation": {"livekit", "aiohttp", "faster_whisper", "numpy"},
    "pipeline": {"livekit", "aiohttp", "fastapi", "uvicorn", "websockets", "httpx"},
    "config": {"livekit", "aiohttp", "fastapi", "faster_whisper", "numpy"},
}


def imports(package: str) -> dict[str, set[str]]:
    """Top-level names that each file of a package imports."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
        found[str(path.relative_to(ROOT))] = names
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_a_folder_knows_only_those_below_it(package: str) -> None:
    """No file imports from a folder that the architecture puts above or beside its own."""
    files = imports(package)
    assert files, f"{package} holds no code"
    wrong = {
        path: names & (ALLOWED.keys() - ALLOWED[package] - {package}) | names & FOREIGN.get(package, set())
        for path, names in files.items()
    }

    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "package", sorted(ALLOWED.keys() - {"worker", "demo", "bench", "auth_service", "stack"})
)
def test_only_the_outer_folders_know_livekit(package: str) -> None:
    """The engines' side works without LiveKit's library."""
    assert {path for path, names in imports(package).items() if "livekit" in names} == set()


def test_the_agent_framework_is_a_thin_host() -> None:
    """Only the host knows livekit-agents; the rest of the worker runs without it."""
    users = set()
    for path in sorted((ROOT / "worker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if any(module.startswith("livekit.agents") for module in modules):
                users.add(path.name)

    assert users <= {"host.py", "__main__.py"}
