// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MicrophoneButton } from "../../src/components/MicrophoneButton";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
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

it("who still listens is told beside the button, and nothing where nobody does", async () => {
  const meeting = meetingWithout("denied");
  await show(meeting);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => meeting.waiting.set(2));

  expect(screen.getByRole("status").textContent).toBe("2 still listening");
});
