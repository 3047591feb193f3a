// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { Api } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Visit } from "../../src/pages/Visit";
import { keepVisit, keptVisit, type KeptVisit } from "../../src/room/sessionShelf";

const INVITATION = {
  room: "board",
  title: "Board",
  role: "reader",
  languages: null,
  source_language: "en",
  expires_at: "2100-01-01T00:00:00Z",
};
const KEPT: KeptVisit = {
  secret: "secret",
  waiting: false,
  manner: {
    name: "Ana",
    wishes: { speak: "", listen: "off", read: { mode: "original", language: "en" }, push: "always" },
    microphone: { device: "", on: false },
  },
};
/** Sound that may not start yet. */
class FakeContext {
  readonly state = "suspended";
  resume = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

const refused = (code: string) => new Response(JSON.stringify({ code, detail: code }), { status: 410 });
const welcome = () => new Response(JSON.stringify(INVITATION));

/** A service that answers who shows a session, and who shows the link alone. */
function visiting(bySession: () => Response, byLink: () => Response): { asked: unknown[] } {
  const asked: unknown[] = [];
  const fetch = (url: string, request?: RequestInit) => {
    if (!url.endsWith("/invitation")) return Promise.resolve(new Response("{}"));
    const body = JSON.parse(String(request?.body)) as Record<string, unknown>;
    asked.push(body);
    return Promise.resolve("session" in body ? bySession() : byLink());
  };
  render(
    <PreferencesProvider>
      <I18nProvider>
        <Visit api={new Api(fetch as typeof globalThis.fetch)} invitationToken="link" />
      </I18nProvider>
    </PreferencesProvider>,
  );
  return { asked };
}

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  window.sessionStorage.clear();
  vi.unstubAllGlobals();
});

describe("a page that is loaded anew while a visit is kept", () => {
  it.each([
    ["removed", "The organiser removed you from this meeting."],
    ["invitation_revoked", "This link was turned off by the organiser."],
    ["session_ended", "Your earlier visit is over. You can join again."],
  ])("stands before the door and says why: %s", async (code, words) => {
    keepVisit("link", KEPT);
    const { asked } = visiting(() => refused(code), welcome);

    expect((await screen.findByRole("alert")).textContent).toBe(words);
    expect(screen.getByRole("button", { name: "Join" })).toBeTruthy();
    expect(asked).toEqual([{ invitation: "link", session: "secret" }, { invitation: "link" }]);
    expect(keptVisit("link")).toBeNull();
  });

  it.each([
    ["removed", "The organiser removed you from this meeting."],
    ["session_ended", "This link has been used as often as it may be."],
    ["room_closed", "The organiser has ended this meeting."],
  ])("says what matters where the link leads nowhere either: %s", async (code, words) => {
    keepVisit("link", KEPT);
    visiting(
      () => refused(code),
      () => refused(code === "room_closed" ? code : "invitation_used_up"),
    );
    expect((await screen.findByRole("alert")).textContent).toBe(words);
  });

  it("keeps it while the service is away, and tries it again", async () => {
    keepVisit("link", KEPT);
    const { asked } = visiting(() => refused("storage"), welcome);
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));

    await waitFor(() => expect(asked.length).toBe(2));
    expect(asked[1]).toEqual({ invitation: "link", session: "secret" });
    expect(keptVisit("link")).toEqual(KEPT);
  });

  it("can be given up while it takes long, and is then gone on with at a click alone", async () => {
    keepVisit("link", KEPT);
    const pending: ((answer: Response) => void)[] = [];
    const fetch = (url: string, request?: RequestInit) => {
      const bySession = String(request?.body).includes("session");
      if (url.endsWith("/invitation")) return Promise.resolve(welcome());
      return bySession ? new Promise<Response>((answer) => pending.push(answer)) : Promise.resolve(new Response("{}"));
    };
    vi.stubGlobal("AudioContext", FakeContext);
    render(
      <PreferencesProvider>
        <I18nProvider>
          <Visit api={new Api(fetch as typeof globalThis.fetch)} invitationToken="link" />
        </I18nProvider>
      </PreferencesProvider>,
    );
    await waitFor(() => expect(pending.length).toBe(1));
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));

    expect(await screen.findByRole("button", { name: "Come back" })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(keptVisit("link")).toEqual({ ...KEPT, manner: null });
  });

  it("goes on with what another tab has, also where the link is used up", async () => {
    const other = new BroadcastChannel("hive.visits");
    other.addEventListener("message", ({ data }: MessageEvent<{ invitation: string }>) =>
      other.postMessage({ invitation: data.invitation, visit: JSON.stringify(KEPT) }),
    );
    const { asked } = visiting(
      () => refused("storage"),
      () => refused("invitation_used_up"),
    );
    await screen.findByText("This link has been used as often as it may be.");
    fireEvent.click(await screen.findByRole("button", { name: "Move it here" }));

    await waitFor(() => expect(asked.at(-1)).toEqual({ invitation: "link", session: "secret" }));
    other.close();
  });
});

describe("a meeting that is encrypted end to end", () => {
  const sealed = () => new Response(JSON.stringify({ ...INVITATION, encrypted: true }));
  afterEach(() => window.history.replaceState(null, "", "/"));

  it("is not entered by a link without its key, and a visit to it is kept", async () => {
    keepVisit("link", KEPT);
    const { asked } = visiting(sealed, sealed);
    expect((await screen.findByRole("alert")).textContent).toMatch("your link does not bring its key");
    expect(screen.queryByRole("button", { name: "Join" })).toBeNull();
    expect([asked.length, keptVisit("link")]).toEqual([1, KEPT]);
  });

  it("says so at the door to who has the key, which nobody is told", async () => {
    const key = "A".repeat(43);
    window.history.replaceState(null, "", `/join#link&key=${key}`);
    const { asked } = visiting(sealed, sealed);
    expect(await screen.findByText(/^End-to-end encrypted/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Join" })).toBeTruthy();
    expect(asked).toEqual([{ invitation: "link" }]);
  });
});
