"""Only so much is remembered, and what is used stays longer."""

from __future__ import annotations

from foundation.recent import Recent


def test_the_oldest_is_forgotten() -> None:
    """Set again, a key is young again."""
    recent: Recent[str, int] = Recent(2)
    recent["a"] = 1
    recent["b"] = 2
    recent["a"] = 3
    recent["c"] = 4

    assert list(recent.items()) == [("a", 3), ("c", 4)]


def test_using_keeps_young_and_looking_does_not() -> None:
    """Nothing is made up for a key that is not there."""
    recent: Recent[str, int] = Recent(2)
    recent["a"], recent["b"] = 1, 2

    assert (recent.get("a"), recent["a"], "a" in recent) == (1, 1, True)
    recent["c"] = 3
    assert "a" not in recent

    assert (recent.use("b"), recent.use("a")) == (2, None)
    recent["d"] = 4
    assert list(recent) == ["b", "d"]


def test_every_way_of_setting_is_bounded() -> None:
    """As of any dictionary."""
    recent: Recent[str, list[int]] = Recent(2)
    for name in "abc":
        recent.setdefault(name, []).append(1)
    recent.update({"d": [2], "e": [3]})

    assert dict(recent) == {"d": [2], "e": [3]}


def test_room_can_be_made_before_something_large_comes() -> None:
    """What had to go is told."""
    recent: Recent[str, int] = Recent(2)
    recent["a"] = 1
    assert recent.make_room() is None
    recent["b"] = 2

    assert recent.make_room() == 1
    assert recent.make_room() is None
    assert list(recent) == ["b"]


def test_nothing_can_be_remembered_as_well() -> None:
    """As where a cache of 0 entries is asked for."""
    recent: Recent[str, int] = Recent(0)
    recent["a"] = 1

    assert (len(recent), recent.use("a"), recent.make_room()) == (0, None, None)
