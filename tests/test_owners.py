"""Every task has an owner that looks at its failure: a group, `foundation.tasks`, or one that is named here."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "config",
    "foundation",
    "pipeline",
    "speech_service",
    "voice_service",
    "worker",
    "turn",
    "stack",
    "upkeep",
    "demo",
    "bench",
    "cli",
)

LOOKED_AT = {
    "bench/placement.py": "asks for its result, then cancels and waits",
    "cli/exits.py": "awaits it",
    "demo/holding.py": "`keep_running`, cancelled and waited for",
    "foundation/carried_through.py": "shields and awaits it; what undoes it logs what fails",
    "foundation/tasks.py": "the owner itself",
    "pipeline/engines/processes/child.py": "catches and logs everything, waited for when its process is ended",
    "pipeline/engines/measuring.py": "awaits it",
    "pipeline/engines/placed/cluster.py": "shields and awaits it, and takes its error where nobody waits any more",
    "pipeline/stages/translate.py": "asks for its result before it goes on, or cancels it and waits",
    "speech_service/serve.py": "asks the first one that ends for its error, cancels the others",
    "speech_service/multiplexer.py": "its answer waits for it and raises what it raised",
    "foundation/database.py": "asks for its result, or waits for it and closes what it opened",
    "foundation/signals.py": "asks for its result",
    "foundation/http/service.py": "raises what the first that ends failed with, cancels the other",
    "foundation/http/server.py": "whoever listens waits for its end and raises what it failed with",
    "worker/likeness/likenesses.py": "waits for its end, cancels it where the wish is gone",
    "stack/local.py": "asks for its result, then cancels and waits",
    "stack/packages.py": "awaits it",
    "voice_service/jobs/runner.py": "asks for its result, or cancels it and waits",
    "worker/published_channel.py": "raises the first failure of three, logs the others",
    "worker/heartbeat.py": "`keep_running`, cancelled and waited for",
    "worker/host.py": "catches and logs everything, waited for when its job ends",
    "worker/sink.py": "asks for its error; one that hangs is let go and its error taken",
}
"""Files that start tasks by themselves, and how they look at them."""

STARTERS = {"create_task", "ensure_future"}


def starts(path: Path) -> int:
    """How many tasks a file starts without a group or an owner."""
    calls = [
        node.func
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return sum(
        isinstance(call, ast.Attribute)
        and call.attr in STARTERS
        and not ast.unparse(call.value).endswith("group")
        for call in calls
    )


def test_no_task_is_without_an_owner() -> None:
    """A task whose failure nobody looks at fails unseen; whoever starts one is in the table above."""
    found = Counter[str]()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found[str(path.relative_to(ROOT))] += starts(path)

    assert {name for name, count in found.items() if count} == LOOKED_AT.keys()
