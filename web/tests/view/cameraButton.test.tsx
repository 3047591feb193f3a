// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { CameraButton } from "../../src/components/CameraButton";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { CameraState } from "../../src/room/camera";
import type { Meeting } from "../../src/room/meeting";

const state = new Store<CameraState>({ state: "off" });
const turn = vi.fn();
const choose = vi.fn();

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  state.set({ state: "off" });
  const devices = ["Front", "Back"].map((label) => ({ kind: "videoinput", deviceId: label, groupId: label, label }));
  const media = Object.assign(new EventTarget(), { enumerateDevices: () => Promise.resolve(devices) });
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: media });
  render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={{ camera: { state, turn, choose, device: "Front" } } as unknown as Meeting}>
          <CameraButton />
        </MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.clearAllMocks();
});

it("the camera's button starts and stops it, and says while it starts", async () => {
  fireEvent.click(await screen.findByRole("button", { name: "Start camera" }));
  act(() => state.set({ state: "starting" }));
  // React may subscribe to the store only after what it has drawn
  expect(await screen.findByRole("button", { busy: true })).toBeTruthy();
  act(() => state.set({ state: "on" }));
  fireEvent.click(await screen.findByRole("button", { name: "Stop camera" }));
  expect(turn.mock.calls).toEqual([[true], [false]]);
});

it("one of several cameras is chosen at the button, and kept", async () => {
  await screen.findByRole("button", { name: "Start camera" });
  expect(screen.queryByRole("button", { name: "Choose a camera" })).toBeNull();
  act(() => state.set({ state: "on" }));
  fireEvent.click(await screen.findByRole("button", { name: "Choose a camera" }));
  expect(screen.getByRole("button", { name: "Front", pressed: true })).toBeTruthy();
  fireEvent.click(await screen.findByRole("button", { name: "Back", pressed: false }));

  expect(choose.mock.calls).toEqual([["Back"]]);
  expect(readPreferences(window.localStorage).camera).toBe("Back");
  expect(screen.queryByRole("button", { name: "Front" })).toBeNull();
});

it("a camera that fails is told at its button until the telling is closed", async () => {
  await screen.findByRole("button", { name: "Start camera" });
  act(() => state.set({ state: "failed", problem: "busy" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Another program is using the camera.");
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
  act(() => state.set({ state: "failed", problem: "missing" }));
  expect((await screen.findByRole("alert")).textContent).toContain("No camera was found.");
});
