"""A meeting that is encrypted end to end, in real browsers with the real worker: from the switch on the start page to
the key that is taken back. One meeting for all tests of this file, each leaves it for the next."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, WebSocket, async_playwright, expect

from stack.local import Stack
from tests.browser.axe import barriers
from tests.browser.likeness import talk
from tests.browser.people import PHONE, Person, person
from tests.browser.real import kept, real_stack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.engines,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(400),
]

LIMIT_MS = 60_000
DEAF = "Encrypted, interpreter hears nothing"
HEARS = "Encrypted, interpreter can hear"
WRONG = "Encrypted, your key does not fit"

# All that passes the data channels of a page as the server forwards it, before anything is deciphered.
PASSES = """
(() => {
  window.passed = [];
  const take = async (data) => {
    const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
    window.passed.push(typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes));
  };
  const watch = (channel) => {
    const send = channel.send;
    channel.send = function (data) { void take(data); return send.call(this, data); };
    channel.addEventListener("message", ({ data }) => void take(data));
    return channel;
  };
  const Own = window.RTCPeerConnection;
  const create = Own.prototype.createDataChannel;
  Own.prototype.createDataChannel = function (...options) { return watch(create.apply(this, options)); };
  window.RTCPeerConnection = class extends Own {
    constructor(...options) {
      super(...options);
      this.addEventListener("datachannel", ({ channel }) => watch(channel));
    }
  };
})();
"""


@dataclass
class Told:
    """All that pages send over HTTP, and where their sockets lead."""

    sent: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("websocket", self._socket)

    def _request(self, request: Request) -> None:
        self.sent.append(f"{request.url} {request.headers} {request.post_data or ''}")

    def _socket(self, socket: WebSocket) -> None:
        self.sent.append(socket.url)


@dataclass(frozen=True, slots=True)
class Gathering:
    stack: Stack
    directory: Path
    told: Told
    emma: Person
    ana: Person
    luc: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gathering(
    tmp_path_factory: pytest.TempPathFactory, web: Path, livekit: Path
) -> AsyncIterator[Gathering]:
    """Emma makes the meeting on the start page and speaks; Ana reads Spanish; Luc has a link with another key."""
    directory = tmp_path_factory.mktemp("sealed")
    async with kept(_gather(directory, web, livekit)) as everybody:
        yield everybody


@asynccontextmanager
async def _gather(directory: Path, web: Path, livekit: Path) -> AsyncIterator[Gathering]:
    voice = talk(directory / "talk.wav", 10, pause_s=0.8)
    told = Told()
    async with AsyncExitStack() as held:
        stack = await held.enter_async_context(real_stack(livekit, directory, web=web))
        playwright = await held.enter_async_context(async_playwright())
        emma = await held.enter_async_context(person(playwright, voice=voice))
        ana, luc = [await held.enter_async_context(person(playwright)) for _ in range(2)]
        for one in (emma, ana, luc):
            told.watch(one.page)
            await one.page.context.add_init_script(PASSES)
        await emma.page.goto(stack.auth_url)
        await emma.page.get_by_label("End-to-end encrypted").check()
        await emma.page.get_by_role("button", name="Create meeting").click()
        await emma.page.locator("#name").fill("Emma")
        await emma.page.locator("button[type=submit]").click()
        await emma.page.locator(".room").wait_for()
        link = await _guest_link(emma)
        await ana.join(link, "Ana")
        await ana.hear("es")
        yield Gathering(stack, directory, told, emma, ana, luc)


async def _guest_link(emma: Person) -> str:
    await emma.page.locator(".room-invite").click()
    link = await emma.page.get_by_label("Link for guests").input_value()
    await emma.page.keyboard.press("Escape")
    return link


def _key(one: Person) -> str:
    return one.page.url.rpartition("&key=")[2]


async def _shows(one: Person, label: str) -> None:
    try:
        await expect(one.page.locator(".secrecy .pill")).to_have_text(label, timeout=LIMIT_MS)
    except AssertionError as error:
        said = await one.page.locator(".secrecy .popover").text_content()
        raise AssertionError(f"the badge says: {said}; the page: {one.errors[-20:]}") from error


async def _decide(emma: Person, action: str) -> None:
    """Opens the badge, chooses, and says yes."""
    page = emma.page
    if await page.locator(".secrecy .pill").get_attribute("aria-expanded") != "true":
        await page.locator(".secrecy .pill").click()
    await page.locator(f'[data-key="{action}"]').click(timeout=LIMIT_MS)
    await page.locator("dialog .button-danger").click()
    await page.locator("dialog").wait_for(state="detached", timeout=LIMIT_MS)
    await page.keyboard.press("Escape")


async def _interpreter_is_there(emma: Person) -> None:
    await emma.page.locator('.strip-interpreter[data-presence="present"]').wait_for(
        state="attached", timeout=LIMIT_MS
    )


async def _reads_spanish(ana: Person) -> None:
    """Something that was not there before."""
    passages = ana.page.locator('.passage-text[data-language="es"]')
    before = set(await passages.all_inner_texts())
    for _ in range(600):
        if set(await passages.all_inner_texts()) - before:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nothing new to read in Spanish")


async def test_without_the_key_the_interpreter_hears_nothing(gathering: Gathering, tmp_path: Path) -> None:
    """The page says so to everybody, and what it says passes the checks; the two hear each other."""
    emma, ana = gathering.emma, gathering.ana
    await _interpreter_is_there(emma)
    await _shows(emma, DEAF)
    await _shows(ana, DEAF)
    heard = await ana.listen(6)
    assert heard.loudness_db() > -45
    assert await ana.page.locator(".passage").count() == 0
    await ana.page.locator(".secrecy .pill").click()
    await ana.page.screenshot(path=tmp_path / "deaf.png")
    assert await barriers(ana.page) == []
    await ana.page.keyboard.press("Escape")


async def test_handed_the_key_it_interprets_and_everybody_sees_that(
    gathering: Gathering, tmp_path: Path
) -> None:
    """Captions are read in both browsers; a reload brings the same key and the same badge."""
    emma, ana = gathering.emma, gathering.ana
    await _decide(emma, "hand")
    await _shows(emma, HEARS)
    await _shows(ana, HEARS)
    await _reads_spanish(ana)
    await emma.page.screenshot(path=tmp_path / "hears.png")
    await ana.page.screenshot(path=tmp_path / "read.png")
    key = _key(ana)
    await ana.page.reload()
    await ana.page.locator(".room").wait_for(timeout=LIMIT_MS)
    assert _key(ana) == key == _key(emma)
    await _shows(ana, HEARS)
    await _reads_spanish(ana)


async def test_a_projector_shows_the_badge_too(gathering: Gathering, tmp_path: Path) -> None:
    """Whoever reads on the wall knows as much as whoever reads on a page of their own."""
    emma = gathering.emma
    await emma.page.locator(".room-invite").click()
    link = await emma.page.get_by_label("Captions for a projector or OBS").input_value()
    await emma.page.keyboard.press("Escape")
    screen = await gathering.ana.page.context.new_page()
    gathering.told.watch(screen)
    await screen.goto(link)
    await expect(screen.locator(".screen-secrecy")).to_have_text(HEARS, timeout=LIMIT_MS)
    await expect(screen.locator(".passage-text").first).to_be_visible(timeout=LIMIT_MS)
    await screen.screenshot(path=tmp_path / "screen.png")
    assert await barriers(screen) == []
    await screen.goto(f"{link.partition('#')[0]}?transparent=1#{link.partition('#')[2]}")
    await expect(screen.locator(".passage-text").first).to_be_visible(timeout=LIMIT_MS)
    await expect(screen.locator(".screen-secrecy")).to_have_count(0)
    await screen.close()


async def test_a_wrong_key_and_a_missing_one_are_told(gathering: Gathering, tmp_path: Path) -> None:
    """With another key nothing is heard or read; without one nobody gets in."""
    luc, link = gathering.luc, await _guest_link(gathering.emma)
    await luc.page.goto(link.partition("&key=")[0])
    await expect(luc.page.get_by_role("alert")).to_contain_text("your link does not bring its key")
    await luc.join(f"{link[:-1]}{'A' if link[-1] != 'A' else 'E'}", "Luc")
    await _shows(luc, WRONG)
    await luc.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await luc.page.locator(".secrecy .pill").click()
    await luc.page.screenshot(path=tmp_path / "wrong.png")
    assert await luc.page.locator(".passage").count() == 0


async def test_the_key_is_changed_in_mid_meeting(gathering: Gathering) -> None:
    """Whoever is there goes on reading; links bring the new one."""
    emma, ana = gathering.emma, gathering.ana
    before = _key(emma)
    await _decide(emma, "change")
    await expect(ana.page).not_to_have_url(re.compile(re.escape(before)), timeout=LIMIT_MS)
    assert _key(emma) == _key(ana) != before
    assert (await _guest_link(emma)).endswith(_key(emma))
    await _shows(ana, HEARS)
    await _reads_spanish(ana)


async def test_a_key_that_is_taken_back_is_gone(gathering: Gathering) -> None:
    """The interpreter leaves; another one comes, and hears nothing."""
    emma, ana = gathering.emma, gathering.ana
    await _decide(emma, "take")
    await _shows(ana, DEAF)
    await _interpreter_is_there(emma)
    await _shows(emma, DEAF)
    count = await ana.page.locator(".passage").count()
    await ana.listen(6)
    assert await ana.page.locator(".passage").count() == count


async def test_no_service_was_told_the_key(gathering: Gathering) -> None:
    """Not in an address, a header, a body or a log; nor did a page complain."""
    keys = {_key(gathering.emma), _key(gathering.luc)}
    assert gathering.told.sent
    assert not [sent for sent in gathering.told.sent if any(key in sent for key in keys)]
    written = [path for path in gathering.directory.rglob("*") if path.is_file() and path.suffix != ".wav"]
    assert written
    assert not [path for path in written if any(key.encode() in path.read_bytes() for key in keys)]


async def test_nothing_that_can_be_read_passes_the_server(gathering: Gathering) -> None:
    """What is said and written is read on the page, and in none of the packets; of a meeting in the clear it is."""
    emma, ana = gathering.emma, gathering.ana
    await _writes(emma, "The pomegranates ripen.")
    await ana.open_panel("chat")
    await expect(ana.page.locator(".chat-message").last).to_contain_text("pomegranates")
    read = " ".join(await ana.page.locator(".passage-text").all_inner_texts())
    words = set(re.findall(r"\w{7,}", read)) | {"pomegranates"}
    print(f"read on the page: {sorted(words)}")
    assert len(words) > 3
    for one in (emma, ana):
        passed = await _passed(one)
        assert passed
        assert not {word for word in words if word.casefold() in passed}

    luc = gathering.luc
    await luc.page.goto(gathering.stack.auth_url)
    await luc.page.get_by_role("button", name="Create meeting").click()
    await luc.page.locator("#name").fill("Luc")
    await luc.page.locator("button[type=submit]").click()
    await luc.page.locator(".room").wait_for()
    await _writes(luc, "The pomegranates ripen.")
    await expect(luc.page.locator(".chat-message").last).to_contain_text("pomegranates")
    assert "pomegranates" in await _passed(luc), "what passes in the clear can be read"


async def _writes(one: Person, words: str) -> None:
    await one.open_panel("chat")
    await one.page.locator(".chat textarea").fill(words)
    await one.page.keyboard.press("Enter")


async def _passed(one: Person) -> str:
    """All packets so far, those of other bytes than letters with gaps."""
    return str(await one.page.evaluate("window.passed.join(' ')")).casefold()
