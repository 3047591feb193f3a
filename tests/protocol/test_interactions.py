"""What pages tell that they did: read as it was written, and nothing else."""

from __future__ import annotations

import pytest

from protocol.interactions import LONGEST_AGO_S, Interaction, InteractionKind, read, written

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("kind", InteractionKind)
def test_what_is_written_is_read(kind: InteractionKind) -> None:
    interaction = Interaction(kind, 1_785_000_000_000, TRACE)
    assert read(written(interaction)) == interaction


@pytest.mark.parametrize(
    "value",
    [
        "",
        "speak",
        f"shout 1 {TRACE}",
        f"speak -1 {TRACE}",
        f"speak 1e9 {TRACE}",
        f"speak 1234567890123456 {TRACE}",
        f"speak 1 {TRACE} ",
        f"speak 1 {TRACE}\n",
        f"speak 1 {TRACE.upper()}",
        f"speak 1 00-{'0' * 32}-b7ad6b7169203331-01",
        f"speak 1 01{TRACE[2:]}",
        f"speak ١ {TRACE}",
    ],
)
def test_what_is_none_is_none(value: str) -> None:
    assert read(value) is None


def test_a_clock_that_is_wrong_is_not_believed() -> None:
    """What is to come, or long past, is as if it were now."""
    interaction = Interaction(InteractionKind.SPEAK, 100_000, TRACE)
    assert interaction.ago_s(101.5) == 1.5
    assert [interaction.ago_s(now_s) for now_s in (99.0, 100.0, 100.0 + LONGEST_AGO_S + 1)] == [0.0, 0.0, 0.0]
