"""A meeting in real browsers with the real worker and real engines: nothing in it follows a script.

One meeting for all tests of this file, as people would hold it: they come, invite the interpreter, change
languages, and things break. Each test leaves it whole for the next.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from livekit import api
from playwright.async_api import async_playwright, expect

from demo.hearing import Spectrum, spectrum
from demo.talk import TALK
from pipeline.audio import Pcm
from stack.local import Stack
from tests.browser.likeness import heard, recognised, spoken_again, talk
from tests.browser.people import Heard, Person, person
from tests.browser.playing import TAP, change
from tests.browser.real import agents, interpreting_worker, kept, real_stack, room_service
from tests.browser.rooms import Rooms
from tests.live.guests import Guest, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.engines,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),
]

SENTENCES = 10
LISTEN_S = 20.0
PASSED_ON_S = 5.0
"""What is captioned so long before the end of a recording has been spoken by then."""

ALIKE = 0.5
APART = 0.25
"""What is heard is so much more alike than what is not; now and then a clause looks like something else by chance."""
DUCKED = 0.1
UNDER_S = 3.0
SHARE = 0.75
"""So much of what was captioned must be found by sound."""

LISTENED = 12
"""How often it is listened for a translation; a machine with all its cores busy leaves some out."""
EARLIER = "all => all.forEach(one => one.setAttribute('data-earlier', ''))"
"""Marks clauses that are there. Their number does not tell: the page shows the last ninety."""
GONE_LIMIT_S = 20.0
RETURN_LIMIT_S = 25.0
"""Usually 3 s, as its worker's connection is torn; without one two signs are waited for, of which the second takes 8 s,
or 12 s while it has a track."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """The people, and what they came by."""

    stack: Stack
    service: api.LiveKitAPI
    room: str
    emma: Person
    ana: Person
    luc: Person
    before: Heard
    """What Ana heard before there was an interpreter."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gathering(
    tmp_path_factory: pytest.TempPathFactory, web: Path, livekit: Path
) -> AsyncIterator[Gathering]:
    """Emma organises and speaks, Ana hears Spanish, Luc French; the interpreter came at Emma's click."""
    directory = tmp_path_factory.mktemp("real")
    async with kept(_gather(directory, web, livekit)) as everybody:
        yield everybody


@asynccontextmanager
async def _gather(directory: Path, web: Path, livekit: Path) -> AsyncIterator[Gathering]:
    voice = talk(directory / "talk.wav", SENTENCES, pause_s=0.8)
    async with AsyncExitStack() as held:
        stack = await held.enter_async_context(real_stack(livekit, directory, web=web, workers=2))
        playwright = await held.enter_async_context(async_playwright())
        http = await held.enter_async_context(aiohttp.ClientSession(stack.auth_url))
        service = room_service(stack)
        held.push_async_callback(service.aclose)
        emma = await held.enter_async_context(person(playwright, voice=voice))
        ana = await held.enter_async_context(person(playwright))
        luc = await held.enter_async_context(person(playwright))
        meeting = await Rooms(http).create(guests="listener")
        await ana.page.context.add_init_script(TAP)
        await emma.join(meeting.organiser_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await luc.join(meeting.guest_link, "Luc")
        await ana.hear("es")
        await luc.hear("fr")
        before = await ana.listen(6)
        await _invite(emma)
        yield Gathering(stack, service, meeting.room, emma, ana, luc, before)


async def test_each_listener_hears_and_reads_their_language_alone(gathering: Gathering) -> None:
    """Captions say who spoke in which language, and their words are what is heard: in that language, in no other."""
    ana, luc = gathering.ana, gathering.luc
    await _hears_translation(ana)
    await _hears_translation(luc)
    (to_ana, spanish), (to_luc, french) = await asyncio.gather(_attend(ana, "es"), _attend(luc, "fr"))
    at_ana, at_luc = _spectrum(to_ana), _spectrum(to_luc)

    clauses = await spoken_again(spanish, "es") + await spoken_again(french, "fr")
    assert {clause.language for clause in clauses} == {"es", "fr"}
    found = leaked = 0
    for clause in clauses:
        own, other = (at_ana, at_luc) if clause.language == "es" else (at_luc, at_ana)
        there, elsewhere = clause.likeness(own), clause.likeness(other)
        print(f"{clause.language} {there:.2f}, at the other listener {elsewhere:.2f}")
        leaked += elsewhere > max(ALIKE, there - APART)
        found += there > ALIKE and there > elsewhere
    assert found >= SHARE * len(clauses)
    assert leaked <= (1 - SHARE) * len(clauses)

    speaker = await _identity(gathering, "Emma")
    for listener, language in ((ana, "es"), (luc, "fr")):
        passages = listener.page.locator(".passage")
        assert set(await passages.evaluate_all("all => all.map(one => one.dataset.speaker)")) == {speaker}
        texts = listener.page.locator(".passage-text")
        assert set(await texts.evaluate_all("all => all.map(one => one.dataset.language)")) == {language}
        await expect(passages.first).to_contain_text("Emma")
    assert [gathering.emma.errors, ana.errors, luc.errors] == [[], [], []]


async def test_the_original_is_turned_down_under_the_translation(gathering: Gathering) -> None:
    """Emma's own voice is plain to hear before there is a translation, and hardly below one."""
    ana = gathering.ana
    await _hears_translation(ana)
    under = await _under_translation(ana)
    said = " ".join(line.text for line in TALK[:SENTENCES])
    alone, below = await asyncio.gather(*(recognised(_pcm(each), said) for each in (gathering.before, under)))
    print(
        f"recognised of the original: {alone:.2f} alone, {below:.2f} in {under.length_s:.1f} s of translation"
    )
    assert alone > 0.6
    assert below < alone / 2


async def test_a_change_of_language_takes_effect_at_once(gathering: Gathering) -> None:
    """From Spanish to French and back, while both are spoken: the new one is there, the old one gone."""
    ana, stack = gathering.ana, gathering.stack
    wishes = {"can_publish": False, "translator_captions": "off", "translator_speak": "en"}
    async with (
        Guest("ear-es", gathering.room, stack.settings.livekit, translator_listen="es", **wishes) as es,  # type: ignore[arg-type]
        Guest("ear-fr", gathering.room, stack.settings.livekit, translator_listen="fr", **wishes) as fr,  # type: ignore[arg-type]
    ):
        ears = {"es": es, "fr": fr}
        for language in ("fr", "es"):
            ear = ears[language]
            await until(lambda ear=ear: _begins(ear), f"a clause in {language} begins", 90.0)  # type: ignore[misc]
            changed = await change(ana.page, language)
            taken = await changed.taken(limit_s=60.0)
            missed_s = _loud_s(ear, changed.at_s, taken.heard_at_s)
            there_s, heard_s, old_s = (
                at_s - changed.at_s for at_s in (taken.began_at_s, taken.heard_at_s, taken.last_at_s)
            )
            print(
                f"to {language}: there after {there_s:.2f} s, heard after {heard_s:.2f} s "
                f"({missed_s:.2f} s of speech missed), the other one gone after {old_s:.2f} s"
            )
            await _is_heard(ana, language)
    assert ana.errors == []


async def test_a_dismissed_interpreter_leaves_and_can_be_invited_again(gathering: Gathering) -> None:
    """Dismissed, it is gone from the room; invited again, it speaks again."""
    emma, ana = gathering.emma, gathering.ana
    (first,) = await agents(gathering.service, gathering.room)
    await emma.page.get_by_role("button", name="Dismiss").click()
    clicked = time.monotonic()
    await emma.page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
    await _is(emma, "absent")
    while await agents(gathering.service, gathering.room):
        assert time.monotonic() < clicked + GONE_LIMIT_S
        await asyncio.sleep(0.1)
    left = time.monotonic() - clicked
    await expect(ana.page.locator(".room")).to_have_attribute("data-translation-speaking", "false")
    came = time.monotonic()
    await _invite(emma)
    await _hears_translation(ana)
    print(f"gone after {left:.2f} s; heard {time.monotonic() - came:.2f} s after the next invitation")
    (second,) = await agents(gathering.service, gathering.room)
    assert second != first


async def test_a_dead_worker_is_replaced_and_there_are_never_two(gathering: Gathering) -> None:
    """The worker that interprets is killed with all its processes: the reconciler brings one from the other worker."""
    await asyncio.sleep(2)
    stack, ana = gathering.stack, gathering.ana
    (first,) = await agents(gathering.service, gathering.room)
    name = interpreting_worker(stack)
    starts = stack.starts[name]
    os.killpg(stack.pids[name], signal.SIGKILL)
    killed = time.monotonic()
    most, replaced = 0, 0.0
    while time.monotonic() < killed + RETURN_LIMIT_S and not (
        replaced and time.monotonic() > killed + replaced + 3
    ):
        there = await agents(gathering.service, gathering.room)
        most = max(most, len(there))
        if not replaced and there and first not in there:
            replaced = time.monotonic() - killed
        await asyncio.sleep(0.1)
    await _hears_translation(ana)
    print(f"another interpreter after {replaced:.2f} s, at most {most} in the room")
    await until(lambda: stack.starts[name] > starts, "the worker is back", 90.0)
    assert most == 1
    assert 0 < replaced < RETURN_LIMIT_S


async def test_the_meeting_goes_on_after_the_media_server_died(gathering: Gathering) -> None:
    """Killed and started again: everybody comes back by themselves, and the translation is heard again."""
    stack, emma, ana, luc = gathering.stack, gathering.emma, gathering.ana, gathering.luc
    killed = time.monotonic()
    os.kill(stack.pids["livekit"], signal.SIGKILL)
    for somebody in (emma, ana, luc):
        await expect(somebody.page.locator(".banner")).to_have_attribute("data-connection", "reconnecting")
    for somebody in (emma, ana, luc):
        await expect(somebody.page.locator(".banner")).to_have_attribute("data-connection", "restored")
    back = time.monotonic() - killed
    await _hears_translation(ana)
    again = time.monotonic() - killed
    print(f"everybody back after {back:.1f} s, translation heard after {again:.1f} s")
    await _is_heard(ana, "es")
    assert len(await agents(gathering.service, gathering.room)) == 1


async def _invite(organiser: Person) -> None:
    await organiser.open_panel("organise")
    await organiser.page.locator(".organise").get_by_role("button", name="Invite the interpreter").click()
    await _is(organiser, "present")


async def _is(organiser: Person, state: str) -> None:
    shown = organiser.page.locator("[data-interpreter]")
    await expect(shown).to_have_attribute("data-interpreter", state)


async def _hears_translation(listener: Person, limit_s: float = 90) -> None:
    room = listener.page.locator(".room")
    await expect(room).to_have_attribute("data-translation-speaking", "true", timeout=limit_s * 1000)


async def _under_translation(listener: Person) -> Heard:
    """Some seconds of what somebody hears, only from moments at which the originals are turned down.

    A busy machine speaks with gaps, in which the originals come back, as they should.
    """
    for _ in range(5):
        under = (await listener.listen(8)).ducked(DUCKED)
        if under.length_s >= UNDER_S:
            return under
    raise AssertionError(f"the originals were turned down for less than {UNDER_S} of 8 s")


async def _attend(listener: Person, language: str, seconds: float = LISTEN_S) -> tuple[Heard, list[str]]:
    """Records what somebody hears; with the captions of what must be in it."""
    texts = f'.passage-text[data-language="{language}"] .clause:not(:has(.tentative))'
    listening = asyncio.create_task(listener.listen(seconds))
    await asyncio.sleep(0.5)
    await listener.page.locator(texts).evaluate_all(EARLIER)
    await asyncio.sleep(seconds - PASSED_ON_S)
    captions = await listener.page.locator(f"{texts}:not([data-earlier])").all_inner_texts()
    return await listening, captions


async def _is_heard(listener: Person, language: str) -> None:
    """What is captioned in a language is also what is heard; a busy machine may take a while to say something."""
    best = 0.0
    for _ in range(LISTENED):
        sound, captions = await _attend(listener, language, seconds=11)
        clauses = await spoken_again(captions, language)
        best = max([best, *(clause.likeness(_spectrum(sound)) for clause in clauses)])
        if best > ALIKE:
            return
    raise AssertionError(f"no caption in {language} was heard; the likeness was {best:.2f}")


def _pcm(sound: Heard) -> Pcm:
    return heard(sound.sound, sound.rate_hz)


def _spectrum(sound: Heard) -> Spectrum:
    return spectrum(_pcm(sound))


async def _identity(gathering: Gathering, name: str) -> str:
    request = api.ListParticipantsRequest(room=gathering.room)
    listed = await gathering.service.room.list_participants(request)
    return next(each.identity for each in listed.participants if each.name == name)


LOUD = 300.0
"""Of a 16-bit frame, root mean square."""


def _begins(ear: Guest) -> bool:
    """Whether a clause began a moment ago in what an ear hears."""
    frames = [frame for sound in ear.sounds.values() for frame in sound.frames[-6:]]
    levels = [level for at_s, level, _ in sorted(frames) if time.monotonic() - at_s < 0.5]
    return len(levels) >= 4 and min(levels[:-2]) < LOUD <= min(levels[-2:])


def _loud_s(ear: Guest, since_s: float, until_s: float) -> float:
    """How much speech an ear heard between two moments."""
    offset = time.time() - time.monotonic()
    times = [at_s for sound in ear.sounds.values() for at_s, level, _ in sound.frames if level >= LOUD]
    return 0.05 * sum(since_s < at_s + offset < until_s for at_s in times)
