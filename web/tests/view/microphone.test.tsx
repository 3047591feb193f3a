// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MicrophoneButton } from "../../src/components/MicrophoneButton";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { MicrophoneWord } from "../../src/room/atMicrophone";
import type { Meeting, Microphone } from "../../src/room/meeting";

/** As much of a meeting as the button needs; its microphone fails as often as it is tried. */
function meetingWithout(problem: "denied" | "missing") {
  const microphone = new Store<Microphone>({ state: "off" });
  return {
    microphone,
    waiting: new Store(0),
    setMicrophone: vi.fn(() => Promise.resolve(microphone.set({ state: "failed", problem }))),
  };
}

async function show(meeting: ReturnType<typeof meetingWithout>): Promise<HTMLElement> {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting as unknown as Meeting}>
          <MicrophoneButton />
        </MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
  return screen.findByRole("button", { name: /Unmute/ });
}

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("a microphone that cannot be opened", () => {
  it.each([
    ["denied" as const, /does not allow the microphone.*Press the sign beside the address/],
    ["missing" as const, /^No microphone was found/],
  ])("is told at its button, each time it is tried: %s", async (problem, words) => {
    const button = await show(meetingWithout(problem));
    fireEvent.click(button);
    const told = await screen.findByRole("alert");
    expect([told.textContent, button.getAttribute("aria-describedby")]).toEqual([
      expect.stringMatching(words),
      told.id,
    ]);
    fireEvent.click(screen.getByRole("button", { name: "Close" }));

    expect(screen.queryByRole("alert")).toBeNull();
    expect(button.textContent).toContain("?"); // the mark stays for as long as it does not work
    fireEvent.click(button);
    expect(await screen.findByRole("alert")).toBeTruthy();
  });
});

describe("what the page notices", () => {
  const noticing = (word: MicrophoneWord | null) => {
    const atMicrophone = { word: new Store(word), setWishes: vi.fn(), levelDbfs: () => -Infinity };
    return Object.assign(meetingWithout("denied"), { atMicrophone });
  };

  it.each<[RegExp, MicrophoneWord]>([
    [/You are muted/, { kind: "mutedSpeech" }],
    [/Use headphones/, { kind: "echo" }],
    [/The browser’s own is used/, { kind: "filterFailed" }],
    [
      /“Headset” was unplugged. “Desk” is used now/,
      { kind: "device", device: "microphone", change: { kind: "gone", name: "Headset", other: "Desk" } },
    ],
    [
      /“Headset” was unplugged, and there is no other/,
      { kind: "device", device: "speaker", change: { kind: "gone", name: "Headset", other: null } },
    ],
    [/“Headset” is back/, { kind: "device", device: "speaker", change: { kind: "back", name: "Headset" } }],
  ])("is told beside the button until it is closed: %s", async (words, word) => {
    const meeting = noticing(word);
    await show(meeting);
    expect((await screen.findByRole("alert")).textContent).toMatch(words);
    fireEvent.click(screen.getByRole("button", { name: "Close" }));

    expect([screen.queryByRole("alert"), meeting.atMicrophone.word.get()]).toEqual([null, null]);
  });

  it("is done as it was chosen, wherever that was", async () => {
    const meeting = noticing(null);
    await show(meeting);

    await waitFor(() =>
      expect(meeting.atMicrophone.setWishes).toHaveBeenLastCalledWith({
        processing: { echoCancellation: true, noise: "standard", autoGain: true },
        noticeMuted: false,
      }),
    );
  });
});

it("the menu at the button opens, keeps what is chosen in this browser, and closes by Escape", async () => {
  const meeting = Object.assign(meetingWithout("denied"), {
    maySpeak: true,
    atMicrophone: { word: new Store(null), setWishes: vi.fn(), levelDbfs: () => -Infinity },
  });
  await show(meeting as unknown as ReturnType<typeof meetingWithout>);
  const opener = screen.getByRole("button", { name: "Microphone and loudspeaker" });
  fireEvent.click(opener);
  fireEvent.click(screen.getByRole("switch", { name: "Cancel echoes" }));
  fireEvent.click(screen.getByRole("radio", { name: "Strong" }));
  fireEvent.click(screen.getByRole("switch", { name: "Notice when I speak while muted" }));

  const wished = { processing: { echoCancellation: false, noise: "strong", autoGain: true }, noticeMuted: true };
  expect(meeting.atMicrophone.setWishes).toHaveBeenLastCalledWith(wished);
  expect(readPreferences(window.localStorage)).toMatchObject(wished);
  fireEvent.keyDown(screen.getByRole("radio", { name: "Strong" }), { key: "Escape" });
  expect([opener.getAttribute("aria-expanded"), document.activeElement]).toEqual(["false", opener]);
});

it("who still listens is told beside the button, and nothing where nobody does", async () => {
  const meeting = meetingWithout("denied");
  await show(meeting);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => meeting.waiting.set(2));

  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("2 still listening"));
});
