// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RecordingControls } from "../../src/components/RecordingControls";
import { RecordingSection } from "../../src/components/RecordingSection";
import { RecordingClock, RecordingMark, RecordingStatus } from "../../src/components/RecordingStatus";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ApiError, type Organising } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";
import { HeardRecorder } from "../../src/room/recorder";
import { openDialogs } from "../fakes/dialogs";
import { FakeMediaRecorder, fakeMixer } from "../fakes/recording";

/** As much of a meeting as recording needs. */
function meetingOf({ allowed = true, recording = [] as readonly string[], role = "listener" } = {}) {
  const recordingAllowed = new Store(allowed);
  return {
    admission: { role },
    recordingAllowed,
    serverRecording: new Store(false),
    recorder: new HeardRecorder(fakeMixer().mixer, recordingAllowed),
    recording: new Store(recording),
    directory: { names: new Store(new Map([["ana", "Ana"]])) },
  };
}

type FakeMeeting = ReturnType<typeof meetingOf>;

function show(meeting: FakeMeeting, content: React.ReactNode, language = "en") {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: language });
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting as unknown as Meeting}>{content}</MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

const controls = (meeting: FakeMeeting, ended = false) => (
  <RecordingControls meeting={meeting as unknown as Meeting} title="Board" ended={ended} />
);

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => {
  vi.stubGlobal("MediaRecorder", FakeMediaRecorder);
  FakeMediaRecorder.made = [];
  FakeMediaRecorder.failure = null;
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("whoever records", () => {
  it("sees a clock for as long as they do", async () => {
    const meeting = meetingOf();
    show(
      meeting,
      <>
        <RecordingClock />
        <p>Board</p>
      </>,
    );
    await screen.findByText("Board");
    expect(screen.queryByRole("img")).toBeNull();
    const now = vi.spyOn(performance, "now").mockReturnValue(1000);
    act(() => meeting.recorder.start());
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("You are recording: 00:00");
    now.mockReturnValue(3_785_000);
    await waitFor(() => expect(screen.getByRole("img").textContent).toBe("1:03:04"));
    now.mockRestore();
    await act(() => meeting.recorder.stop());

    expect(screen.queryByRole("img")).toBeNull();
  });

  it("is asked before what they have not saved is replaced", async () => {
    openDialogs();
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined }));
    const meeting = meetingOf();
    show(meeting, controls(meeting));
    fireEvent.click(await screen.findByRole("button", { name: "Start recording" }));
    FakeMediaRecorder.made[0]?.hears("the first");
    fireEvent.click(screen.getByRole("button", { name: "Stop recording" }));
    fireEvent.click(await screen.findByRole("button", { name: "Start recording" }));
    const dialog = await screen.findByRole("dialog", { name: "Record again?" });
    expect(meeting.recorder.state.get()).toMatchObject({ state: "ready", saved: false });
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel" }));
    fireEvent.click(screen.getByRole("button", { name: "Save recording" }));
    expect(meeting.recorder.state.get()).toMatchObject({ state: "ready", saved: true });
    fireEvent.click(screen.getByRole("button", { name: "Start recording" }));

    expect(meeting.recorder.state.get().state).toBe("recording");
  });
});

describe("who records", () => {
  const says = (words: string) => waitFor(() => expect(screen.getByRole("status").textContent).toBe(words));

  it("is said in a line that is read out, and only while somebody does", async () => {
    const meeting = meetingOf();
    show(meeting, <RecordingStatus />);
    await says("");
    act(() => meeting.recording.set(["ana"]));
    await says("Ana is recording what they hear");
    act(() => meeting.recording.set(["ana", "speaker-0123456789abcdef01234567", "bob"]));
    await says("3 people are recording what they hear");
    act(() => meeting.recording.set([]));

    await says("");
  });

  it("is said also to whoever records", async () => {
    const meeting = meetingOf();
    show(meeting, <RecordingStatus />);
    await says("");
    act(() => {
      meeting.recorder.start();
      meeting.recording.set(["me"]);
    });
    await says("You are recording what you hear. Everyone sees that.");
    act(() => meeting.recording.set(["me", "ana"]));

    await says("2 people are recording what they hear, you among them");
  });

  it.each([
    ["de", "2 Personen nehmen auf, was sie hören"],
    ["ar", "شخصان يسجّلان ما يسمعانه"],
    ["ja", "2 人が聞こえている音声を録音しています"],
  ])("is said well in %s", async (language, words) => {
    show(meetingOf({ recording: ["ana", "bob"] }), <RecordingStatus />, language);

    expect(await screen.findByText(words)).toBeTruthy();
  });

  it("has a mark with words beside them in the list of people", async () => {
    show(
      meetingOf({ recording: ["ana"] }),
      <>
        <RecordingMark identity="ana" />
        <RecordingMark identity="bob" />
      </>,
    );

    expect((await screen.findAllByRole("img")).map((mark) => mark.getAttribute("aria-label"))).toEqual([
      "is recording",
    ]);
  });
});

describe("the controls of a recording", () => {
  it("are offered where it is allowed", async () => {
    const meeting = meetingOf();
    show(meeting, controls(meeting));
    fireEvent.click(await screen.findByRole("button", { name: "Start recording" }));

    expect(meeting.recorder.state.get().state).toBe("recording");
  });

  it("are not offered where it is forbidden, and say why", async () => {
    const meeting = meetingOf({ allowed: false });
    show(meeting, controls(meeting));

    expect(await screen.findByText("An organiser has switched recording off in this meeting.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("save what was recorded until it was forbidden, and the status says so", async () => {
    const meeting = meetingOf();
    show(
      meeting,
      <>
        <RecordingStatus />
        {controls(meeting)}
      </>,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Start recording" }));
    act(() => {
      FakeMediaRecorder.made[0]?.hears("until then");
      meeting.recordingAllowed.set(false);
    });

    await screen.findByText(/^Recording has been switched off in this meeting\./);
    expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Save recording"]);
  });

  it("say that it failed", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    FakeMediaRecorder.failure = new DOMException("", "NotSupportedError");
    const meeting = meetingOf();
    show(meeting, controls(meeting));
    fireEvent.click(await screen.findByRole("button", { name: "Start recording" }));

    expect((await screen.findByRole("alert")).textContent).toBe("Nothing could be recorded.");
  });

  it.each([
    ["a reader, who hears nothing", { role: "reader" }, false],
    ["nobody after the meeting, without a recording", {}, true],
  ])("are there for %s: not", async (_, change, ended) => {
    const meeting = meetingOf(change);
    show(
      meeting,
      <>
        {controls(meeting, ended)}
        <p>End</p>
      </>,
    );
    await screen.findByText("End");

    expect(screen.queryByText("Recording of what you hear")).toBeNull();
  });
});

describe("an organiser's rule on recording", () => {
  const served = (kept: boolean, allowRecording: Organising["allowRecording"] = () => Promise.resolve()) => {
    const service = {
      room: vi.fn(() => Promise.resolve({ recording_allowed: kept })),
      allowRecording: vi.fn(allowRecording),
    };
    return { service, organising: service as unknown as Organising };
  };
  const rule = async () =>
    (await screen.findByRole("switch", { name: "People may record what they hear" })) as HTMLInputElement;

  it("is shown as the service keeps it, and says that it binds this page alone", async () => {
    const { organising } = served(false);
    show(meetingOf({ allowed: true }), <RecordingSection organising={organising} />);

    await waitFor(async () => expect((await rule()).checked).toBe(false));
    expect(screen.getByText(/other programs may still record/)).toBeTruthy();
  });

  it("is told to the service", async () => {
    const { service, organising } = served(true);
    show(meetingOf(), <RecordingSection organising={organising} />);
    fireEvent.click(await rule());

    await waitFor(async () => expect((await rule()).checked).toBe(false));
    expect(service.allowRecording.mock.calls).toEqual([[false]]);
  });

  it("is looked at again when the room hears of a change by somebody else", async () => {
    const { service, organising } = served(true);
    const meeting = meetingOf();
    show(meeting, <RecordingSection organising={organising} />);
    await rule();
    service.room.mockResolvedValue({ recording_allowed: false });
    act(() => meeting.recordingAllowed.set(false));

    await waitFor(async () => expect((await rule()).checked).toBe(false));
  });

  it("that the service did not take springs back, and says why", async () => {
    const { organising } = served(true, () => Promise.reject(new ApiError("media_server", "")));
    show(meetingOf(), <RecordingSection organising={organising} />);
    fireEvent.click(await rule());

    expect((await screen.findByRole("alert")).textContent).toContain("media server");
    expect((await rule()).checked).toBe(true);
  });
});

it("all of it is read by a screen reader", { timeout: 60_000 }, async () => {
  const meeting = meetingOf({ recording: ["ana", "bob"] });
  const organising = { room: () => Promise.resolve({ recording_allowed: true }) } as unknown as Organising;
  const { container } = show(
    meeting,
    <>
      <RecordingStatus />
      <RecordingMark identity="ana" />
      <h2>Transcript</h2>
      {controls(meeting)}
      <RecordingSection organising={organising} />
    </>,
  );
  await screen.findByText("2 people are recording what they hear");
  const rules = { region: { enabled: false }, "color-contrast": { enabled: false } }; // neither a page nor colours here
  expect((await axe.run(container, { rules })).violations.map(({ id }) => id)).toEqual([]);
});
