// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { KeepTranscript } from "../../src/components/KeepTranscript";
import { KeptTranscripts } from "../../src/components/KeptTranscripts";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import type { Passage } from "../../src/logic/captions";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { KeptMeeting } from "../../src/pages/KeptMeeting";
import { forgetTranscripts, keepTranscript, keptTranscripts } from "../../src/room/transcriptShelf";
import type { Words } from "../../src/room/wordShelf";
import { openDialogs } from "../fakes/dialogs";

const PASSAGE: Passage = {
  key: "key:a",
  epoch: "key",
  segment: "a",
  speaker: "ana",
  sourceLanguage: "en",
  startMs: 0,
  endMs: 900,
  firstSeenMs: 1_000_000,
  history: false,
  texts: [{ language: "es", translated: true, committed: "Hola.", tentative: "", final: true, note: "", doubt: "" }],
};
const WORDS: Words = { passages: { all: [PASSAGE] }, names: new Map([["ana", "Ana"]]) };

function show(content: React.ReactNode) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  window.localStorage.clear();
  await forgetTranscripts();
});

describe("keeping a transcript", () => {
  it("happens only where somebody wishes it, and then by itself at the next meeting", async () => {
    const onKept = vi.fn();
    show(<KeepTranscript room="board" title="Board" words={WORDS} onKept={onKept} />);
    const wish = await screen.findByLabelText<HTMLInputElement>(/Keep transcripts on this device/);
    expect([wish.checked, await keptTranscripts()]).toEqual([false, []]);

    fireEvent.click(wish);
    await waitFor(() => expect(onKept).toHaveBeenLastCalledWith(true));
    expect((await keptTranscripts()).map(({ title }) => title)).toEqual(["Board"]);

    cleanup();
    show(<KeepTranscript room="team" title="Team" words={WORDS} onKept={onKept} />);
    await waitFor(async () => expect((await keptTranscripts()).map(({ title }) => title)).toContain("Team"));
  });

  it("says where the browser keeps nothing", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no", "QuotaExceededError");
    });
    const onKept = vi.fn();
    show(<KeepTranscript room="board" title="Board" words={WORDS} onKept={onKept} />);
    fireEvent.click(await screen.findByLabelText(/Keep transcripts on this device/));
    await screen.findByText(/This browser keeps nothing/);
    expect(onKept).not.toHaveBeenCalledWith(true);
  });
});

describe("the transcripts on the start page", () => {
  it("can be read, and deleted after a question", async () => {
    await keepTranscript("board", "Board", WORDS);
    const onRead = vi.fn();
    show(<KeptTranscripts onRead={onRead} />);
    fireEvent.click(await screen.findByRole("button", { name: "Read: Board" }));
    expect(onRead.mock.calls[0]?.[0]).toMatchObject({ title: "Board", words: WORDS });

    fireEvent.click(screen.getByRole("button", { name: "Delete Board" }));
    fireEvent.click(await screen.findByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByText("Transcripts on this device")).toBeNull());
    expect(await keptTranscripts()).toEqual([]);
  });

  it("are not there where nothing is kept", async () => {
    show(
      <>
        <KeptTranscripts onRead={vi.fn()} />
        <p>rest</p>
      </>,
    );
    await screen.findByText("rest");
    expect(screen.queryByText("Transcripts on this device")).toBeNull();
  });

  it("show who said what, to be saved as a file", async () => {
    await keepTranscript("board", "Board", WORDS);
    const [kept] = await keptTranscripts();
    const onBack = vi.fn();
    show(<KeptMeeting kept={kept!} onBack={onBack} />);
    await screen.findByText("Hola.");
    screen.getByText("Ana");
    screen.getByRole("button", { name: /Download/ });
    fireEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(onBack).toHaveBeenCalledOnce();
  });
});
