// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { JoinNotice } from "../../src/components/JoinNotice";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { Api } from "../../src/logic/api";
import { keepPreferences, readPreferences, type Preferences } from "../../src/logic/preferences";
import { Visit } from "../../src/pages/Visit";
import { choosable, listOf, wordsOf } from "../fakes/languages";

/** A service whose invitation is for a reader, who is asked for no devices. */
function serviceWith(config: () => Response, more: object = {}): Api {
  const invitation = {
    room: "board",
    title: "Board",
    role: "reader",
    languages: null,
    source_language: "en",
    expires_at: "",
    ...more,
  };
  const answers: Readonly<Record<string, () => Response>> = {
    "/api/v1/config": config,
    "/api/v1/invitation": () => new Response(JSON.stringify(invitation)),
  };
  const fetch = (url: string) => Promise.resolve(answers[url]?.() ?? new Response(null, { status: 404 }));
  return new Api(fetch as typeof globalThis.fetch);
}

const configured = (privacyUrl: unknown) => () =>
  new Response(JSON.stringify({ open_rooms: true, privacy_url: privacyUrl }));

function show(content: React.ReactNode) {
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

const visit = (api: Api) => show(<Visit api={api} invitationToken="abc.def" />);

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("before somebody joins", () => {
  it.each([true, false])("says whether the meeting is being recorded: %s", async (recorded) => {
    visit(serviceWith(configured(null), { recorded }));
    await screen.findByLabelText("Your name");

    expect(screen.queryByText(/is being recorded on the server/) !== null).toBe(recorded);
  });

  it.each([
    ["", "Please enter your name."],
    ["\u202e\u200b", "Nothing of this name can be shown. Please use letters."],
  ])("marks the field of a name that cannot be used: %j", async (name, problem) => {
    visit(serviceWith(configured(null)));
    const field = await screen.findByLabelText("Your name");
    fireEvent.change(field, { target: { value: name } });
    fireEvent.click(screen.getByRole("button", { name: "Join" }));

    const told = await screen.findByRole("alert");
    expect([told.textContent, field.getAttribute("aria-invalid")]).toEqual([problem, "true"]);
    expect(field.getAttribute("aria-describedby")).toBe(told.id);
    expect(document.activeElement).toBe(field);
  });

  it("says what is done with what is said, and belongs to the button", async () => {
    visit(serviceWith(configured(null)));
    const join = await screen.findByRole("button", { name: "Join" });
    const notice = document.getElementById(join.getAttribute("aria-describedby") ?? "");

    expect(notice?.textContent).toMatch(
      /a machine listens.*translates.*synthetic voices.*own machines.*transcript.*record.*you agree/,
    );
    expect(notice && notice.compareDocumentPosition(join) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    expect(screen.queryByRole("link", { name: "How this is handled" })).toBeNull();
  });

  it("leads to how it is handled, where the operator says so", async () => {
    visit(serviceWith(configured("https://example.org/privacy")));
    const link = (await screen.findByRole("link", { name: "How this is handled" })) as HTMLAnchorElement;

    expect([link.href, link.target, link.rel]).toEqual([
      "https://example.org/privacy",
      "_blank",
      "noopener noreferrer",
    ]);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "/privacy", "", 7, undefined])(
    "leads nowhere else: %j",
    async (privacyUrl) => {
      show(<JoinNotice id="notice" privacyUrl={privacyUrl} likeness={false} />);

      expect(await screen.findByText(/a machine listens/)).toBeTruthy();
      expect(screen.queryByRole("link")).toBeNull();
    },
  );

  it("says that speakers may be heard in voices that resemble theirs where they may", async () => {
    show(<JoinNotice id="notice" privacyUrl="" likeness />);
    expect(await screen.findByText(/the page shows whose voice is computed/)).toBeTruthy();
    cleanup();

    show(<JoinNotice id="notice" privacyUrl="" likeness={false} />);
    expect((await screen.findByText(/a machine listens/)).textContent).not.toContain("computed");
  });

  it("lets people join also where the service says nothing of itself", async () => {
    visit(serviceWith(() => new Response(null, { status: 503 })));

    expect(await screen.findByRole("button", { name: "Join" })).toBeTruthy();
  });
});

describe("the languages that somebody may choose before they join", () => {
  const offer = { recognised: ["en"], read: ["en", "es", "fr"], heard: ["en", "es"], likened: null };
  const prefer = (wanted: Partial<Preferences>) =>
    keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), ...wanted });
  const come = async (more: object = { offer }) => {
    visit(serviceWith(configured(null), { role: "listener", ...more }));
    await screen.findByRole("button", { name: /Join|beitreten|参加/i });
  };
  const field = (label: string) => screen.getByRole("combobox", { name: label }) as HTMLInputElement;

  it("are those that are offered; others are greyed and say so", async () => {
    await come();

    expect(choosable(listOf(field("I read")))).toEqual(["en", "fr", "es"]);
    const hear = listOf(field("I hear"));
    expect(choosable(hear)).toEqual(["off", "en", "es"]);
    expect([wordsOf(hear, "de"), wordsOf(hear, "fr")]).toEqual([
      "DeutschGermannot translated here",
      "FrançaisFrenchcaptions only, no voice here",
    ]);
    expect(screen.queryByText(/Captions in the original/)).toBeNull();
    expect(screen.queryByText(/once the interpreter is in the meeting/)).toBeNull();
  });

  it("are all that are common where nobody knows what is offered, as before", async () => {
    await come({});

    const read = listOf(field("I read"));
    expect(choosable(read).length).toBeGreaterThan(20);
    expect(read.length).toBe(choosable(read).length);
    expect(screen.getByText(/once the interpreter is in the meeting/)).toBeTruthy();
  });

  it("that can be spoken are those that are recognised", async () => {
    await come({ offer, role: "speaker" });

    expect(choosable(listOf(field("I speak")))).toEqual(["auto", "en"]);
  });

  it("leave whoever's language is not offered with the originals, and tell them", async () => {
    prefer({ interfaceLanguage: "de" });
    await come();

    expect(screen.getByText("Untertitel im Original, weil Deutsch hier nicht angeboten wird")).toBeTruthy();
    expect(field("Ich höre").value).toBe("Originalton");
    expect(screen.getByLabelText("Untertitel zeigen")).toHaveProperty("value", "original");
  });

  it("count by the browser's language, whether the page speaks it or not", async () => {
    prefer({ interfaceLanguage: "" });
    const browser = vi.spyOn(navigator, "language", "get").mockReturnValue("ko-KR");
    await come();
    expect(screen.getByText("Captions in the original, because Korean is not offered here")).toBeTruthy();
    cleanup();

    await come({ offer: { ...offer, read: ["en", "ko"], heard: ["ko"] } });
    expect([field("I read").value, field("I hear").value]).toEqual(["한국어 · Korean", "한국어 · Korean"]);
    browser.mockRestore();
  });

  it("keep a wish from an earlier meeting in sight, and tell what becomes of it", async () => {
    prefer({ read: { mode: "translation", language: "de" } });
    await come();

    expect(field("I read").dataset["value"]).toBe("de");
    expect(screen.getByLabelText("Captions show")).toHaveProperty("value", "translation");
    expect(screen.getByText("Captions in the original, because German is not offered here")).toBeTruthy();
  });

  it("say nothing of it to those who want the originals, or no captions", async () => {
    for (const mode of ["original", "off"] as const) {
      prefer({ read: { mode, language: "de" } });
      await come();
      expect(screen.queryByText(/Captions in the original, because/)).toBeNull();
      cleanup();
    }
  });
});
