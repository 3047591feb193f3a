// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RecordingStatus, ServerRecordingSign } from "../../src/components/RecordingStatus";
import ServerRecordingSection from "../../src/components/ServerRecordingSection";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ApiError, type Organising, type RecordingState } from "../../src/logic/api";
import { INTERFACE_LANGUAGES } from "../../src/logic/languages";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";
import { openDialogs } from "../fakes/dialogs";

const RUNNING: RecordingState = {
  id: "a1",
  started_at: "2027-01-15T08:00:00Z",
  stopped_at: null,
  parts: [],
  files: [],
};
const READY: RecordingState = {
  ...RUNNING,
  stopped_at: "2027-01-15T08:02:00Z",
  parts: [{ id: "p1", began_at: "2027-01-15T08:00:01Z", duration_s: 90, end: "cut" }],
  files: [
    { part: "p1", name: "es.ogg", bytes: 400_000 },
    { part: "p1", name: "original.ogg", bytes: 600_000 },
    { part: "p1", name: "transcript.jsonl", bytes: 200_000 },
    { part: "", name: "picture.mp4", bytes: 1_000_000 },
  ],
};

/** A service that keeps one list of recordings. */
function service(...kept: RecordingState[]) {
  const calls: string[] = [];
  const list = [...kept];
  const line = (language: string, text: string): string =>
    JSON.stringify({
      ...{ segment: "1", speaker: "s", name: "Ana", language, source_language: "en" },
      ...{ start_s: 1, end_s: 2, text, note: "", doubt: "" },
    });
  const organising = {
    recordings: () => Promise.resolve([...list]),
    startRecording: () => {
      calls.push("start");
      list.unshift(RUNNING);
      return Promise.resolve(RUNNING);
    },
    stopRecording: () => {
      calls.push("stop");
      list[0] = READY;
      return Promise.resolve();
    },
    deleteRecording: (id: string) => {
      calls.push(`delete ${id}`);
      list.length = 0;
      return Promise.resolve();
    },
    recordedFile: (id: string, { part, name }: { part: string; name: string }) => {
      calls.push(`${id}/${part}/${name}`);
      const text = [line("en", "Open the hive"), line("es", "Abra the hive")].join("\n");
      return Promise.resolve(Object.assign(new Blob([text]), { text: () => Promise.resolve(text) }));
    },
    interpreter: () =>
      Promise.resolve({
        glossary: { entries: [{ source: "the hive", language: "en", translations: { es: "HIVE" } }] },
      }),
  } as unknown as Organising;
  return { calls, organising };
}

function meetingWith({ allowed = true, running = false } = {}) {
  return {
    admission: { title: "Board meeting" },
    recordingAllowed: new Store(allowed),
    serverRecording: new Store(running),
    recording: new Store([]),
    recorder: { state: new Store({ state: "idle" }) },
    directory: { names: new Store(new Map()) },
  } as unknown as Meeting;
}

function show(
  content: React.ReactNode,
  meeting = meetingWith(),
  language: (typeof INTERFACE_LANGUAGES)[number] = "en",
) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: language });
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting}>{content}</MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

let saved: string[] = [];
let blobs: Blob[] = [];

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
beforeEach(() => {
  saved = [];
  blobs = [];
  // jsdom neither gives files an address nor saves them
  vi.stubGlobal(
    "URL",
    Object.assign(URL, { createObjectURL: (one: Blob) => (blobs.push(one), "blob:1"), revokeObjectURL: vi.fn() }),
  );
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  vi.restoreAllMocks();
});

describe("recording on the server", () => {
  it("is started and stopped, and what came of it is listed with length and size", async () => {
    const { calls, organising } = service();
    const { container } = show(<ServerRecordingSection organising={organising} />);
    const start = await screen.findByRole("button", { name: "Record on the server" });
    await waitFor(() => expect(start).toHaveProperty("disabled", false));
    fireEvent.click(start);
    expect(await screen.findByText("being recorded now")).toBeTruthy();
    fireEvent.click(await screen.findByRole("button", { name: "Stop recording" }));

    expect(await screen.findByText("1.5 min recorded · 2.2 MB · broken off")).toBeTruthy();
    expect(calls).toEqual(["start", "stop"]);
    const names = ["Spanish", "What people said", "Picture and sound", "Transcript"];
    for (const name of names) expect(screen.getByRole("button", { name })).toBeTruthy();
    expect((await axe.run(container)).violations).toEqual([]);
  });

  it("cannot be begun where recording is forbidden", async () => {
    const { organising } = service();
    show(<ServerRecordingSection organising={organising} />, meetingWith({ allowed: false }));

    expect(await screen.findByRole("button", { name: "Record on the server" })).toHaveProperty("disabled", true);
  });

  it("says why it did not begin", async () => {
    const { organising } = service();
    const refused = { ...organising, startRecording: () => Promise.reject(new ApiError("recordings_full", "")) };
    show(<ServerRecordingSection organising={refused} />);
    const start = await screen.findByRole("button", { name: "Record on the server" });
    await waitFor(() => expect(start).toHaveProperty("disabled", false));
    fireEvent.click(start);

    expect((await screen.findByRole("alert")).textContent).toContain("no room for another recording");
  });

  it("is saved language by language under names that tell them apart", async () => {
    const { calls, organising } = service(READY);
    show(<ServerRecordingSection organising={organising} />);
    fireEvent.click(await screen.findByRole("button", { name: "Spanish" }));
    fireEvent.click(await screen.findByRole("button", { name: "Picture and sound" }));

    await waitFor(() =>
      expect(saved).toEqual(["Board-meeting-2027-01-15.es.ogg", "Board-meeting-2027-01-15.picture.mp4"]),
    );
    expect(calls).toEqual(["a1/p1/es.ogg", "a1//picture.mp4"]);
  });

  it("has its transcript in all formats, with terms as the glossary has them now", async () => {
    const { organising } = service(READY);
    show(<ServerRecordingSection organising={organising} />);
    fireEvent.click(await screen.findByRole("button", { name: "Transcript" }));
    fireEvent.change(await screen.findByLabelText("Format"), { target: { value: "txt" } });
    fireEvent.click(await screen.findByRole("button", { name: "Download" }));
    await waitFor(() => expect(saved).toEqual(["Board-meeting.aligned.txt"]));
    const text = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => resolve(reader.result));
      reader.readAsText(blobs.at(-1) as Blob);
    });

    expect(text).toContain("[en] Open the hive");
    expect(text).toContain("[es] Abra HIVE");
  });

  it("is deleted once that was confirmed", async () => {
    const { calls, organising } = service(READY);
    show(<ServerRecordingSection organising={organising} />);
    fireEvent.click(await screen.findByRole("button", { name: /^Delete recording/ }));
    const dialog = await screen.findByRole("dialog", { name: "Delete this recording?" });
    expect(calls).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Delete recording" }));

    await waitFor(() => expect(screen.queryByRole("listitem")).toBeNull());
    expect(calls).toEqual(["delete a1"]);
  });

  it("shows after the meeting what there is, and nothing to begin with", async () => {
    const { organising } = service(READY);
    show(<ServerRecordingSection organising={organising} ended />);

    expect(await screen.findByRole("button", { name: "Spanish" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Record on the server" })).toBeNull();
  });
});

describe("everybody", () => {
  it.each(INTERFACE_LANGUAGES)("is told in %s, in the strip and by a red sign", async (language) => {
    const meeting = meetingWith();
    const { container } = show(
      <>
        <ServerRecordingSign />
        <RecordingStatus />
      </>,
      meeting,
      language,
    );
    await waitFor(() => expect(container.querySelector("[role=status]")).toBeTruthy());
    expect(container.textContent).toBe("");
    act(() => meeting.serverRecording instanceof Store && meeting.serverRecording.set(true));

    await waitFor(() => expect(container.querySelector("[role=status] p")?.textContent).toBeTruthy());
    expect(container.querySelector(".server-recording")?.textContent).toBeTruthy();
  });
});
