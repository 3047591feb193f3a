// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { NotificationSwitch } from "../../src/components/NotificationSwitch";
import type { Door } from "../../src/hooks/useDoor";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { useNotifications } from "../../src/hooks/useNotifications";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import type { Waiter } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";

const told: string[] = [];
let visible = false;

class FakeNotification {
  static permission: NotificationPermission = "default";
  static requestPermission = vi.fn(() => Promise.resolve(FakeNotification.permission));
  onclick: (() => void) | null = null;
  constructor(title: string, { body }: NotificationOptions) {
    told.push(`${title}: ${body}`);
  }
  close(): void {}
}

const presence = new Store<string>("here");
const meeting = {
  presence,
  wishSender: { wishes: new Store({ listen: "es", read: { mode: "translation", language: "es" } }) },
  admission: { role: "organiser" },
} as unknown as Meeting;

function Told({ door }: { door: Door }) {
  useNotifications("Board", door);
  return <NotificationSwitch />;
}

function inside(door: Door) {
  return (
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting}>
          <Told door={door} />
        </MeetingContext>
      </I18nProvider>
    </PreferencesProvider>
  );
}

const doorWith = (...names: string[]): Door =>
  ({
    state: { waiting: names.map((name): Waiter => ({ id: name, name, role: "speaker", since: "" })) },
  }) as unknown as Door;

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
});
beforeEach(() => {
  vi.stubGlobal("Notification", FakeNotification);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => (visible ? "visible" : "hidden"));
  told.length = 0;
  visible = false;
  presence.set("here");
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  window.localStorage.clear();
});

describe("notifications", () => {
  it("come after somebody wished them, for each who waits at the door once, and for the interpreter", async () => {
    FakeNotification.permission = "granted";
    const view = render(inside(doorWith("Ana")));
    const wish = await screen.findByLabelText<HTMLInputElement>(/Notify me/);
    expect(told).toEqual([]);

    fireEvent.click(wish);
    await waitFor(() => expect(wish.checked).toBe(true));
    view.rerender(inside(doorWith("Ana", "Bea")));
    await waitFor(() => expect(told).toEqual(["Board: Bea waits at the door"]));
    view.rerender(inside(doorWith("Ana", "Bea")));
    presence.set("left");
    await waitFor(() => expect(told).toHaveLength(2));
    expect(told[1]).toMatch(/^Board: The interpreter has left/);
  });

  it("do not come while the page is in front", async () => {
    FakeNotification.permission = "granted";
    keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), notifications: true });
    visible = true;
    render(inside(doorWith("Ana")));
    await screen.findByLabelText(/Notify me/);
    expect(told).toEqual([]);
  });

  it("that the browser forbids are said to be forbidden, and stay off", async () => {
    FakeNotification.permission = "denied";
    render(inside(doorWith()));
    const wish = await screen.findByLabelText<HTMLInputElement>(/Notify me/);
    fireEvent.click(wish);
    await screen.findByText(/forbids this page to notify/);
    expect(wish.checked).toBe(false);
  });

  it("are not offered where the browser has none", async () => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(window, "Notification");
    const { container } = render(inside(doorWith()));
    await waitFor(() => expect(container.innerHTML).toBe(""));
  });
});
