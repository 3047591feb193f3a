// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { ApiError, type Api, type Config } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Start } from "../../src/pages/Start";
import { keptMeetings } from "../../src/room/meetingShelf";

const MADE = {
  room: "r1",
  title: "Planning",
  organiser_link: "https://meet.example/join#own",
  guest_link: "https://meet.example/join#guests",
  captions_link: "https://meet.example/captions/r1#screen",
  organiser_token: "secret",
  expires_at: "2999-01-01T00:00:00Z",
};
const CONFIG: Config = {
  open_rooms: true,
  version: "1",
  livekit_url: "ws://x",
  privacy_url: null,
  offer: { recognised: ["en"], read: ["en", "es"], heard: ["en", "es"], likened: null },
  interpreter: { available: true, trial: false },
};

function show(config: Partial<Config>, createRoom = vi.fn(() => Promise.resolve(MADE))) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  const api = { config: () => Promise.resolve({ ...CONFIG, ...config }), createRoom } as unknown as Api;
  render(
    <PreferencesProvider>
      <I18nProvider>
        <Start api={api} />
      </I18nProvider>
    </PreferencesProvider>,
  );
  return createRoom;
}

const toggle = () => screen.findByLabelText("Interpreter from the start");
const create = () => fireEvent.click(screen.getByRole("button", { name: "Create meeting" }));

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => window.history.replaceState(null, "", "/"));
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("a new meeting", () => {
  it("has the interpreter from the start where there is one, and leads straight to its door", async () => {
    const followed = vi.fn();
    window.addEventListener("popstate", followed, { once: true });
    const asked = show({});
    await waitFor(async () => expect(await toggle()).toHaveProperty("checked", true));
    create();

    await waitFor(() => expect(window.location.pathname + window.location.hash).toBe("/join#own"));
    expect(followed).toHaveBeenCalledOnce();
    expect(asked).toHaveBeenCalledWith(expect.objectContaining({ interpreter: true }), undefined);
    expect(keptMeetings().map(({ room }) => room)).toEqual(["r1"]);
  });

  it("has none where none runs, unless it is wanted all the same", async () => {
    const asked = show({ interpreter: { available: false, trial: false } });
    await screen.findByText(/No interpreter is running/);
    expect(await toggle()).toHaveProperty("checked", false);
    create();
    await waitFor(() => expect(asked).toHaveBeenCalledWith(expect.objectContaining({ interpreter: false }), undefined));
  });

  it("has none where it is switched off", async () => {
    const asked = show({});
    await waitFor(async () => expect(await toggle()).toHaveProperty("checked", true));
    fireEvent.click(await toggle());
    expect(screen.queryByText(/Understands/)).toBeNull();
    create();
    await waitFor(() => expect(asked).toHaveBeenCalledWith(expect.objectContaining({ interpreter: false }), undefined));
  });

  it("says before what the interpreter of this installation can do, and that it is one to try", async () => {
    show({ interpreter: { available: true, trial: true } });

    expect(await screen.findByText("Understands: English")).toBeTruthy();
    expect(screen.getByText("Translates into: English and Spanish")).toBeTruthy();
    expect(screen.getByText("Trial quality: recognises English only")).toBeTruthy();
  });

  it("counts languages where there are many, and says nothing of what nobody has said", async () => {
    const read = ["ar", "de", "en", "es", "fr", "hi", "it", "ja", "zh"];
    show({ offer: { recognised: null, read, heard: null, likened: null } });

    expect(await screen.findByText("Translates into: 9 languages")).toBeTruthy();
    expect(screen.queryByText(/Understands|Trial/)).toBeNull();
  });

  it("that cannot be made says why, and stays where it was", async () => {
    show(
      {},
      vi.fn(() => Promise.reject(new ApiError("rooms_closed", ""))),
    );
    await toggle();
    create();
    expect((await screen.findByRole("alert")).textContent).toContain("only the operator creates meetings");
    expect(window.location.pathname).toBe("/");
  });
});
