// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { MenuButton } from "../../src/components/MenuButton";
import { MuteOthers } from "../../src/components/MuteOthers";
import { PersonActions } from "../../src/components/PersonActions";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { ApiError, type Organising } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { openDialogs } from "../fakes/dialogs";

function show(content: React.ReactNode) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("a menu button", () => {
  const chosen = vi.fn();
  const items = ["One", "Two", "Three"].map((label) => ({ label, onChoose: () => chosen(label) }));
  const focused = () => document.activeElement?.textContent;
  const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
  const closed = () => expect(screen.queryByRole("menu")).toBeNull();
  beforeEach(() => chosen.mockClear());

  it("opens with the arrows at either end, and goes around", () => {
    render(<MenuButton label="Actions for Ana" items={items} />);
    const button = screen.getByRole("button", { name: "Actions for Ana" });
    expect(button.getAttribute("aria-haspopup")).toBe("menu");
    expect(button.getAttribute("aria-expanded")).toBe("false");
    act(() => button.focus());
    press("ArrowUp");
    expect(focused()).toBe("Three");
    expect(button.getAttribute("aria-expanded")).toBe("true");
    const way = ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "Home", "End"].map((key) => (press(key), focused()));

    expect(way).toEqual(["One", "Two", "One", "Three", "One", "Three"]);
  });

  it("gives the focus back when Escape closes it, which closes nothing around it", () => {
    const outer = vi.fn();
    render(
      <aside onKeyDown={outer}>
        <MenuButton label="More" items={items} />
      </aside>,
    );
    fireEvent.click(screen.getByRole("button", { name: "More" }));
    expect(focused()).toBe("One");
    press("Escape");

    closed();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "More" }));
    expect(outer).not.toHaveBeenCalled();
  });

  it("closes once something is chosen, and when the pointer or the focus goes elsewhere", () => {
    render(
      <>
        <MenuButton label="More" items={items} />
        <button type="button">Elsewhere</button>
      </>,
    );
    const open = () => fireEvent.click(screen.getByRole("button", { name: "More" }));
    open();
    fireEvent.click(screen.getByRole("menuitem", { name: "Two" }));
    expect(chosen.mock.calls).toEqual([["Two"]]);
    closed();
    open();
    fireEvent.pointerDown(screen.getByText("Elsewhere"));
    closed();
    open();
    act(() => screen.getByText("Elsewhere").focus());
    closed();
  });

  it("keeps controls above its items, whose arrows are their own, and is read by a screen reader", async () => {
    const { container } = render(
      <main>
        <MenuButton label="More" items={items}>
          <input type="range" aria-label="Volume" />
        </MenuButton>
      </main>,
    );
    fireEvent.click(screen.getByRole("button", { name: "More" }));
    const volume = screen.getByLabelText("Volume");
    act(() => volume.focus());
    press("ArrowDown");
    expect(document.activeElement).toBe(volume);
    const rules = { region: { enabled: false }, "color-contrast": { enabled: false } }; // no colours here

    expect((await axe.run(container, { rules })).violations.map(({ id }) => id)).toEqual([]);
  }, 60_000);
});

describe("what can be done about a person", () => {
  const host = () => ({
    mute: vi.fn(() => Promise.resolve({ muted: 1 })),
    appoint: vi.fn(() => Promise.resolve()),
    dismissOrganiser: vi.fn(() => Promise.resolve()),
    removePerson: vi.fn(() => Promise.resolve()),
  });
  type Host = ReturnType<typeof host>;
  const ID = "speaker-0123456789abcdef01234567";
  const shown = async (
    actions: Partial<Host>,
    organisers: ReadonlyMap<string, boolean> | null,
    open = true,
    id = ID,
  ) => {
    show(
      <PersonActions
        identity={id}
        name="Ana"
        open={open}
        organising={actions as unknown as Organising}
        organisers={organisers}
      />,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Actions for Ana" }));
    return screen.getAllByRole("menuitem").map(({ textContent }) => textContent);
  };

  it.each([
    ["who speaks", new Map(), true, ID, ["Mute", "Make organiser", "Remove", "Remove and block"]],
    ["who is silent", new Map(), false, ID, ["Make organiser", "Remove", "Remove and block"]],
    [
      "who was made one",
      new Map([[ID, false]]),
      false,
      ID,
      ["Take back organiser rights", "Remove", "Remove and block"],
    ],
    ["who came by such a link", new Map([[ID, true]]), false, ID, ["Remove", "Remove and block"]],
    ["while it is not known who organises", null, false, ID, ["Remove", "Remove and block"]],
    ["a screen", new Map(), false, ID.replace("speaker", "reader"), ["Remove", "Remove and block"]],
  ] as const)("for one %s", async (_, organisers, open, id, items) => {
    expect(await shown(host(), organisers, open, id)).toEqual(items);
  });

  it.each([
    ["Mute", new Map(), "mute"],
    ["Make organiser", new Map(), "appoint"],
    ["Take back organiser rights", new Map([[ID, false]]), "dismissOrganiser"],
  ] as const)("%s is asked for by their identity", async (label, organisers, call) => {
    const actions = host();
    await shown(actions, organisers);
    fireEvent.click(screen.getByRole("menuitem", { name: label }));

    await waitFor(() => expect(actions[call].mock.calls).toEqual([[ID]]));
  });

  it.each([
    ["media_server", "media server"],
    ["not_found", "not there any more"],
    ["reader", "only reads captions"],
  ])("that fails with %s is said beside it", async (code, words) => {
    await shown({ appoint: vi.fn(() => Promise.reject(new ApiError(code, ""))) }, new Map());
    fireEvent.click(screen.getByRole("menuitem", { name: "Make organiser" }));

    expect((await screen.findByRole("alert")).textContent).toContain(words);
  });

  it("is asked about before somebody is removed, with or without their link", async () => {
    const actions = host();
    await shown(actions, new Map());
    fireEvent.click(screen.getByRole("menuitem", { name: "Remove and block" }));
    await screen.findByRole("heading", { name: "Remove and block Ana?" });
    fireEvent.click(screen.getByRole("button", { name: "Remove and block" }));

    await waitFor(() => expect(actions.removePerson.mock.calls).toEqual([[ID, true]]));
  });

  it("is nothing for guests while there is nothing to set", async () => {
    show(
      <>
        <PersonActions identity={ID} name="Ana" open organising={null} organisers={null} />
        <p>That is all</p>
      </>,
    );
    await screen.findByText("That is all");
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("muting everyone else", () => {
  it.each([
    [0, "0 microphones were muted."],
    [1, "1 microphone was muted."],
    [12, "12 microphones were muted."],
  ])("says that %i were", async (muted, words) => {
    show(<MuteOthers organising={{ muteOthers: () => Promise.resolve({ muted }) } as Organising} />);
    fireEvent.click(await screen.findByRole("button", { name: "Mute everyone else" }));
    expect(await screen.findByText(words)).toBeTruthy();
  });

  it("says what went wrong, and may be tried again", async () => {
    const failing = { muteOthers: () => Promise.reject(new ApiError("offline", "")) } as unknown as Organising;
    show(<MuteOthers organising={failing} />);
    fireEvent.click(await screen.findByRole("button", { name: "Mute everyone else" }));
    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
    expect(screen.getByRole("button")).toHaveProperty("disabled", false);
  });
});
