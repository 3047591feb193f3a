// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { InviteButton } from "../../src/components/InviteButton";
import { LinksSection } from "../../src/components/LinksSection";
import { OrganisePanel } from "../../src/components/OrganisePanel";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { useLeaveGuard } from "../../src/hooks/useLeaveGuard";
import "../../src/i18n/en"; // at hand before the page asks for it
import { ApiError, type InterpreterState, type InterpreterWish, type Link, type Organising } from "../../src/logic/api";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { guestLinkOf } from "../../src/logic/links";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";
import { choose } from "../fakes/languages";
import { openDialogs } from "../fakes/dialogs";

const LINK: Link = {
  id: "l1",
  role: "speaker",
  name: "",
  link: "https://meet.example/join#guests",
  captions_link: null,
  expires_at: "2100-01-01T00:00:00Z",
  uses: null,
  used: 2,
  state: "valid",
  created_at: "2026-11-26T10:00:00Z",
  own: false,
};

function show(content: React.ReactNode) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

const organisingWith = (calls: Partial<Organising>): Organising => calls as Organising;

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  vi.unstubAllGlobals();
});

describe("the link for guests", () => {
  const used = { ...LINK, id: "l2", state: "used_up", link: null } as const;
  const once = { ...LINK, id: "l3", uses: 1 } as const;
  it.each([
    [[], null],
    [[used, { ...LINK, role: "organiser" }, { ...LINK, role: "reader" }], null],
    [[used, once], once],
    [[once, LINK, { ...LINK, id: "l4" }], LINK],
  ] as const)("is one that is open, for many where there is such: %#", (links, expected) => {
    expect(guestLinkOf(links)).toEqual(expected);
  });

  it("is one click away, to copy and to share", async () => {
    const share = vi.fn(() => Promise.reject(new DOMException("thought better of it", "AbortError")));
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { share }));
    show(<InviteButton title="Board" organising={organisingWith({ links: () => Promise.resolve([LINK]) })} />);
    fireEvent.click(await screen.findByRole("button", { name: "Invite people" }));
    expect(await screen.findByLabelText("Link for guests")).toHaveProperty("value", LINK.link);
    expect(screen.getByRole("img", { name: "QR code of the guest link" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Share…" }));

    expect(share).toHaveBeenCalledWith({ title: "Board", url: LINK.link });
  });

  it("stands above the one for a projector and the organiser's own", async () => {
    const own = { ...LINK, id: "l5", role: "organiser", own: true, link: "https://x/join#own" } as const;
    const screens = { ...LINK, id: "l6", role: "reader", captions_link: "https://x/captions/b#r" } as const;
    const links = () =>
      Promise.resolve([{ ...own, id: "l7", own: false, link: "https://x/join#else" }, own, screens, LINK]);
    show(<InviteButton title="Board" organising={organisingWith({ links })} />);
    fireEvent.click(await screen.findByRole("button", { name: "Invite people" }));
    expect((await screen.findByText("More links")).tagName).toBe("SUMMARY");

    expect(screen.getByLabelText("Captions for a projector or OBS")).toHaveProperty("value", screens.captions_link);
    expect(screen.getByLabelText("Your own link")).toHaveProperty("value", own.link);
  });

  it("is made where there is none, and what fails is said", async () => {
    const invite = vi.fn(() => Promise.reject(new ApiError("offline", "")));
    show(<InviteButton title="Board" organising={organisingWith({ links: () => Promise.resolve([]), invite })} />);
    fireEvent.click(await screen.findByRole("button", { name: "Invite people" }));
    fireEvent.click(await screen.findByRole("button", { name: "Create link" }));

    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
  });
});

describe("an organiser's links", () => {
  const links = [LINK, { ...LINK, id: "l2", name: "Press", role: "reader", captions_link: "https://x/captions/b#r" }];
  const shown = (calls: Partial<Organising> = {}) =>
    show(<LinksSection organising={organisingWith({ links: () => Promise.resolve(links as Link[]), ...calls })} />);

  it("are shown again, each by its name", async () => {
    const { container } = shown();
    expect(await screen.findByLabelText("Link: Press")).toHaveProperty("value", "https://x/captions/b#r");
    expect(screen.getByLabelText("Link: Speakers")).toHaveProperty("value", LINK.link);
    const rules = {
      region: { enabled: false },
      "color-contrast": { enabled: false },
      "heading-order": { enabled: false },
    };
    expect((await axe.run(container, { rules })).violations.map(({ id }) => id)).toEqual([]);
  });

  it.each([
    ["Turn off link", false, "stay, but cannot come back"],
    ["Turn off and remove people", true, "are disconnected"],
  ])("%s asks first, and says what fails where it was asked", async (button, remove, words) => {
    const revoke = vi.fn().mockRejectedValueOnce(new ApiError("media_server", "")).mockResolvedValue({ removed: 0 });
    shown({ revoke });
    fireEvent.click((await screen.findAllByRole("button", { name: button }))[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "Turn off “Press”?" });
    expect(dialog.textContent).toContain(words);
    expect(revoke).not.toHaveBeenCalled();
    fireEvent.click(within(dialog).getByRole("button", { name: button }));
    expect((await within(dialog).findByRole("alert")).textContent).toContain("media server");
    fireEvent.click(within(dialog).getByRole("button", { name: button }));

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(revoke.mock.calls).toEqual([
      ["l2", remove],
      ["l2", remove],
    ]);
  });
});

describe("the interpreter's last steps", () => {
  const NOTHING_SPECIAL: InterpreterWish = {
    languages: null,
    glossary: null,
    muted: [],
    voices: {},
    speed: 1,
    interprets: {},
    consecutive: false,
    forbids_likeness: false,
  };
  beforeEach(() => meeting.interpreterDraft.set(NOTHING_SPECIAL));

  const present: InterpreterState = {
    state: "present",
    identity: "agent",
    activity: "listening",
    languages: ["es"],
    muted: ["es"],
    glossary: null,
    voices: {},
    speed: 1,
    interprets: {},
    consecutive: false,
    forbids_likeness: false,
    available_languages: ["es"],
    offered_languages: ["es"],
    available_voices: {},
    channels: [],
    capacity: null,
    encrypted: null,
    profile: null,
    trouble: "",
  };
  const refused = () => Promise.reject(new ApiError("offline", ""));
  const meeting = {
    admission: { room: "board", title: "Board" },
    interpreter: new Store<Interpreter>(ABSENT),
    presence: new Store("unseen"),
    interpreterDraft: new Store<InterpreterWish>(NOTHING_SPECIAL),
    recordingAllowed: new Store(true),
    serverRecording: new Store(false),
    directory: { names: new Store(new Map()) },
  };
  const panel = (calls: Partial<Organising>) =>
    show(
      <MeetingContext value={meeting as unknown as Meeting}>
        <OrganisePanel
          organising={organisingWith({
            interpreter: () => Promise.resolve(present),
            links: () => Promise.resolve([]),
            recordings: () => Promise.resolve([]),
            room: () => Promise.resolve({ chat: false, recording_allowed: true }),
            ...calls,
          })}
          door={{ state: null, error: null, set: vi.fn(), admit: vi.fn(), refuse: vi.fn() }}
        />
      </MeetingContext>,
    );

  it.each([
    ["Dismiss", "Dismiss the interpreter?"],
    ["End the meeting for everyone", "End the meeting for everyone?"],
  ])("%s asks first, and says what fails where it was asked", async (button, title) => {
    panel({ dismissInterpreter: refused, close: refused });
    fireEvent.click(await screen.findByRole("button", { name: button }));
    const dialog = await screen.findByRole("dialog", { name: title });
    fireEvent.click(within(dialog).getByRole("button", { name: button }));

    expect((await within(dialog).findByRole("alert")).textContent).toContain("cannot be reached");
  });

  it("a glossary that could not be saved is not lost", async () => {
    panel({ setInterpreter: refused });
    fireEvent.click(await screen.findByRole("button", { name: "Edit glossary" }));
    const dialog = await screen.findByRole("dialog", { name: "Glossary" });
    fireEvent.change(within(dialog).getByLabelText("Term"), { target: { value: "HIVE" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));

    expect((await within(dialog).findByRole("alert")).textContent).toContain("cannot be reached");
    expect(within(dialog).getByLabelText("Term")).toHaveProperty("value", "HIVE");
  });

  it("what fails stays said, beside what was asked for", async () => {
    panel({ setInterpreter: refused });
    fireEvent.click(await screen.findByRole("button", { name: "Unmute: Spanish" }));

    const list = (await screen.findByRole("button", { name: "Unmute: Spanish" })).closest("ul");
    await screen.findByRole("alert");
    expect(list?.nextElementSibling?.getAttribute("role")).toBe("alert");
  });

  it.each([
    ["invited", "initializing", "joining"],
    ["present", "initializing", "joining"],
    ["invited", "listening", "present"],
    ["absent", "listening", "absent"],
  ] as const)("an interpreter that is %s by the service and %s by the room is %s", async (said, activity, expected) => {
    meeting.interpreter.set(readInterpreter("agent", { "lk.agent.state": activity }));
    const { container } = panel({ interpreter: () => Promise.resolve({ ...present, state: said }) });
    await waitFor(() => expect(container.querySelector(".organise")?.getAttribute("data-interpreter")).toBe(expected));
    meeting.interpreter.set(ABSENT);
  });

  it("what was wished before it is invited is still wished when the panel is opened again", async () => {
    const absent: InterpreterState = { ...present, state: "absent", available_languages: ["es", "fr"] };
    const setInterpreter = vi.fn(() => Promise.resolve(present));
    const calls = { interpreter: () => Promise.resolve(absent), setInterpreter };
    const { unmount } = panel(calls);
    choose(await screen.findByRole("combobox", { name: "Add a language" }), "fr");
    unmount();
    panel(calls);
    fireEvent.click(await screen.findByRole("button", { name: "Invite the interpreter" }));

    await waitFor(() => expect(setInterpreter).toHaveBeenCalledWith(expect.objectContaining({ languages: ["fr"] })));
  });
});

it("a page that alone has something has the browser ask before it goes", () => {
  function Guard({ active }: { active: boolean }) {
    useLeaveGuard(active);
    return null;
  }
  const asks = (): boolean => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const { rerender, unmount } = render(<Guard active={false} />);
  expect(asks()).toBe(false);
  rerender(<Guard active />);
  expect(asks()).toBe(true);
  unmount();
  expect(asks()).toBe(false);
});
