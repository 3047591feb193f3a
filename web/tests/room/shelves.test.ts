// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Passage } from "../../src/logic/captions";
import { forgetMeeting, keepMeeting, keptMeetings, type KeptMeeting } from "../../src/room/meetingShelf";
import { askOtherTabs, tellOtherTabs } from "../../src/room/otherTabs";
import { keepVisit, type KeptVisit } from "../../src/room/sessionShelf";
import { keepingWords, keepWords, keptWords } from "../../src/room/wordShelf";

afterEach(() => {
  window.localStorage.clear();
  window.sessionStorage.clear();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A browser that has no room, or forbids storage. */
function refusing(): void {
  for (const method of ["getItem", "setItem"] as const) {
    vi.spyOn(Storage.prototype, method).mockImplementation(() => {
      throw new DOMException("no", "QuotaExceededError");
    });
  }
}

describe("the meetings made in this browser", () => {
  const meeting = (room: string, expires = "2100-01-01T00:00:00Z"): KeptMeeting => ({
    room,
    title: room,
    organiser_link: `https://meet.example/join#${room}`,
    guest_link: `https://meet.example/join#guest-${room}`,
    captions_link: `https://meet.example/captions/${room}#reader`,
    expires_at: expires,
  });
  const rooms = (): readonly string[] => keptMeetings().map(({ room }) => room);

  it("are there again, the latest first, each once, without the organiser's token", () => {
    keepMeeting(meeting("a"));
    keepMeeting({ ...meeting("b"), organiser_token: "secret" } as KeptMeeting);
    keepMeeting(meeting("a"));

    expect(keptMeetings()).toEqual([meeting("a"), meeting("b")]);
    expect(JSON.stringify({ ...window.localStorage })).not.toContain("secret");
  });

  it("are not more than twenty, go when their links expire, and may be forgotten", () => {
    for (let at = 0; at < 30; at += 1) keepMeeting(meeting(`r${at}`));
    expect([rooms().length, rooms()[0]]).toEqual([20, "r29"]);
    keepMeeting(meeting("old", "2020-01-01T00:00:00Z"));
    expect(rooms()).not.toContain("old");
    forgetMeeting("r29");
    expect(rooms()[0]).toBe("r28");
  });

  it.each(["", "{", "7", "null", '[{"room": 1}]', '[null, {"room": "a"}]'])("are not misled by %o", (kept) => {
    window.localStorage.setItem("hive.meetings", kept);
    expect(keptMeetings()).toEqual([]);
  });

  it("lead nowhere but to a page", () => {
    const bad = { ...meeting("a"), organiser_link: "javascript:alert(1)" };
    window.localStorage.setItem("hive.meetings", JSON.stringify([bad]));
    expect(keptMeetings()).toEqual([]);
  });

  it("are none where the browser keeps nothing", () => {
    refusing();
    keepMeeting(meeting("a"));
    expect(keptMeetings()).toEqual([]);
  });
});

describe("what was said", () => {
  const text = {
    language: "es",
    translated: true,
    committed: "Hola.",
    tentative: "",
    final: true,
    note: "",
    doubt: "",
  };
  const passage = (segment: string, change: Partial<Passage> = {}): Passage => ({
    key: `key:${segment}`,
    epoch: "key",
    segment,
    speaker: "ana",
    sourceLanguage: "en",
    startMs: 0,
    endMs: null,
    firstSeenMs: 1,
    history: false,
    texts: [text],
    ...change,
  });
  const names = new Map([
    ["ana", "Ana"],
    ["bea", "Bea"],
  ]);

  it("is there again by room, with the names of who spoke, without drafts", () => {
    const draft = passage("b", { texts: [{ ...text, final: false }] });
    keepWords("board", { passages: { all: [passage("a"), draft] }, names });

    expect(keptWords("board")).toEqual({ passages: { all: [passage("a")] }, names: new Map([["ana", "Ana"]]) });
    expect(keptWords("other")).toEqual({ passages: { all: [] }, names: new Map() });
  });

  it("is bounded: the newest stay", () => {
    const long = { ...text, committed: "x".repeat(700_000) };
    const all = ["a", "b", "c"].map((at) => passage(at, { texts: [long] }));
    keepWords("board", { passages: { all }, names });
    expect(keptWords("board").passages.all.map(({ segment }) => segment)).toEqual(["b", "c"]);
  });

  it("is kept again and again, when the page goes, and at the end; then nothing runs", () => {
    vi.useFakeTimers();
    let words = { passages: { all: [passage("a")] }, names };
    const end = keepingWords("board", () => words);
    const segments = (): readonly string[] => keptWords("board").passages.all.map(({ segment }) => segment);
    vi.advanceTimersByTime(20_000);
    expect(segments()).toEqual(["a"]);
    words = { ...words, passages: { all: [...words.passages.all, passage("b")] } };
    window.dispatchEvent(new Event("pagehide"));
    expect(segments()).toEqual(["a", "b"]);
    words = { ...words, passages: { all: [...words.passages.all, passage("c")] } };
    end();
    expect(segments()).toEqual(["a", "b", "c"]);
    words = { ...words, passages: { all: [passage("d")] } };
    keepWords("board", { passages: { all: [passage("z")] }, names });
    vi.advanceTimersByTime(60_000);
    window.dispatchEvent(new Event("pagehide"));
    expect(segments()).toEqual(["z"]);
  });

  it.each(["", "{", "[]", '{"passages": [{}], "names": [1]}', '{"passages": 1, "names": []}'])(
    "is not misled by %o",
    (kept) => {
      window.sessionStorage.setItem("hive.words.board", kept);
      expect(keptWords("board")).toEqual({ passages: { all: [] }, names: new Map() });
    },
  );

  it("ends with the page where the browser keeps nothing", () => {
    refusing();
    keepWords("board", { passages: { all: [passage("a")] }, names });
    expect(keptWords("board").passages.all).toEqual([]);
  });
});

describe("two tabs of one browser", () => {
  const visit: KeptVisit = {
    secret: "s",
    waiting: false,
    manner: {
      name: "Ana",
      wishes: { speak: "", listen: "off", read: { mode: "off", language: "en" }, push: "always" },
      microphone: { device: "", on: true },
    },
  };
  let ends: (() => void)[];
  beforeEach(() => (ends = []));
  afterEach(() => ends.forEach((end) => end()));

  it("tell each other of a visit by the same link, and of no other", async () => {
    keepVisit("link", visit);
    const others = vi.fn();
    ends.push(tellOtherTabs("link"), askOtherTabs("another", others));
    const found = await new Promise((resolve) => ends.push(askOtherTabs("link", resolve)));

    expect(found).toEqual(visit);
    expect(others).not.toHaveBeenCalled();
  });
});
