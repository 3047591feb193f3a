from __future__ import annotations

from dataclasses import dataclass

from foundation.names import identity, metadata
from worker.names import MOST, Names

SALT = "0123456789abcdef0123456789abcdef"
ANA = identity("speaker", "Ana (chair)", SALT)


@dataclass
class Participant:
    """Of a participant what names are read from; a client may change all but the identity."""

    identity: str
    name: str = ""
    metadata: str = ""


def test_nobody_renames_themself() -> None:
    """Whom the token service let in has the name they joined with, also for a worker that comes later."""
    ana = Participant(ANA, "Ana (chair)", metadata("Ana (chair)", SALT))
    early, late = Names(), Names()
    early.meet([ana])
    ana.name = "Bob"
    late.meet([ana])
    ana.metadata = metadata("Bob", SALT)
    early.meet([ana])
    assert (early.of(ANA), late.of(ANA)) == ("Ana (chair)", "Ana (chair)")


def test_nobody_takes_anothers_name() -> None:
    """A copied name and a copied proof prove nothing, and an unproved name is not shown."""
    eve = Participant("listener-" + "0" * 24, "Ana (chair)", metadata("Ana (chair)", SALT))
    names = Names()
    names.meet([eve, Participant(ANA, "Ana (chair)", "x" * 500_000)])
    assert (names.of(eve.identity), names.of(ANA)) == ("listener-000000", ANA[: len("speaker-") + 6])


def test_others_keep_the_name_they_came_with() -> None:
    """Whose tokens are of another service; of what deceives nothing is shown."""
    bob, eve, zoe = (
        Participant("bob", "Bob"),
        Participant("eve", "\u202eEve\x00" + "!" * 99),
        Participant("zoe", "\u200b"),
    )
    names = Names()
    names.meet([bob, eve, zoe])
    bob.name = "Ana (chair)"
    names.meet([bob])
    assert [names.of(each) for each in ("bob", "zoe", "gone")] == ["Bob", "zoe", "gone"]
    assert names.of("eve") == "Eve" + "!" * 61


def test_names_take_no_room_without_end() -> None:
    """The oldest are forgotten."""
    names = Names()
    names.meet(Participant(f"p{n}", f"P {n}") for n in range(MOST + 5))
    assert (names.of("p0"), names.of("p5"), names.of(f"p{MOST + 4}")) == ("p0", "P 5", f"P {MOST + 4}")
