"""What of the captions is sent, and in which order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.events import Caption
from worker.outbox import FINALS_WAITING, INTERIM_EVERY_S, Outbox


def caption(segment: str, text: str, *, final: bool = False, heard_at_s: float = 0.0) -> Caption:
    """A caption of anna's."""
    return Caption("anna", segment, "es", "en", "", text, final, 0, 100, heard_at_s=heard_at_s)


def test_the_newest_interim_replaces_the_older_one() -> None:
    """Of interims that wait only the newest is sent; the word that the older one brought keeps its time."""
    box = Outbox()
    box.put(caption("1-1", "a", heard_at_s=5.0))
    box.put(caption("1-1", "a b", heard_at_s=6.0))
    assert box.take(10.0) == caption("1-1", "a b", heard_at_s=5.0)
    assert len(box) == 0


def test_interims_keep_their_distance_and_finals_do_not() -> None:
    """A second interim waits its time; a final goes at once and replaces what was waiting of its segment."""
    box = Outbox()
    box.put(caption("1-1", "a"))
    assert box.take(10.0) is not None
    box.put(caption("1-1", "a b"))
    assert box.take(10.0 + INTERIM_EVERY_S / 2) is None
    assert round(box.due_in_s(10.0), 6) == INTERIM_EVERY_S
    box.put(caption("1-1", "a b c", final=True))
    assert box.take(10.0) == caption("1-1", "a b c", final=True)
    assert box.take(99.0) is None


def test_an_interim_after_its_final_comes_too_late() -> None:
    """A draft that arrives behind the final of its own segment is not shown."""
    box = Outbox()
    box.put(caption("1-1", "done", final=True))
    box.put(caption("1-1", "draft"))
    assert [box.take(1.0), box.take(2.0)] == [caption("1-1", "done", final=True), None]


steps = st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.sampled_from([0.0, 0.05, 0.2])), max_size=60)


@given(steps)
def test_laws_of_the_outbox(script: list[tuple[int, bool, float]]) -> None:
    """Finals all come, in order; nothing of a segment comes after its final as long as it was the last."""
    box, now, sent = Outbox(), 0.0, []
    for segment, final, pause_s in script:
        box.put(caption(f"1-{segment}", "x", final=final))
        now += pause_s
        if pause_s:
            while (item := box.take(now)) is not None:
                sent.append(item)
    now += 1.0
    while (item := box.take(now)) is not None:
        sent.append(item)
    assert [item.segment for item in sent if item.final] == [
        f"1-{segment}" for segment, final, _ in script if final
    ]
    assert len(box) == 0
    for one, other in pairwise(sent):
        assert not (one.final and not other.final and one.segment == other.segment)


def test_a_room_that_takes_nothing_for_long_loses_the_oldest_and_counts() -> None:
    """The box is bounded."""
    box = Outbox()
    for number in range(FINALS_WAITING + 3):
        box.put(caption(f"1-{number}", "x", final=True))
    assert (len(box), box.lost) == (FINALS_WAITING, 3)
