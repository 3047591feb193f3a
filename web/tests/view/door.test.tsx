// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, renderHook, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { DoorSection, WaitingNotice } from "../../src/components/DoorSection";
import { RemoveDialog } from "../../src/components/RemoveDialog";
import { useDoor, type Door } from "../../src/hooks/useDoor";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { ApiError, type DoorState, type Organising, type Waiter } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Lobby } from "../../src/pages/Lobby";
import { openDialogs } from "../fakes/dialogs";

const ANA: Waiter = { id: "w1", name: "Ana", role: "speaker", since: "2026-11-26T10:00:00Z" };

function show(content: React.ReactNode) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

function doorWith(waiting: readonly Waiter[], change: Partial<Door> = {}): Door {
  return {
    state: { locked: false, lobby: true, waiting },
    error: null,
    set: vi.fn(),
    admit: vi.fn(),
    refuse: vi.fn(),
    ...change,
  };
}

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("the door, as an organiser sees it", () => {
  it("locks the meeting and opens the waiting room, each alone", async () => {
    const door = doorWith([]);
    show(<DoorSection door={door} />);
    fireEvent.click(await screen.findByLabelText("Lock the meeting"));
    fireEvent.click(screen.getByLabelText("Waiting room"));

    expect(vi.mocked(door.set).mock.calls).toEqual([
      [{ locked: true, lobby: true }],
      [{ locked: false, lobby: false }],
    ]);
  });

  it("lets in and refuses by name, without what deceives in it", async () => {
    const door = doorWith([ANA, { ...ANA, id: "w2", name: "\u202eBea" }]);
    show(<DoorSection door={door} />);
    await screen.findByText("2 people are waiting to be let in");
    fireEvent.click(screen.getByRole("button", { name: "Let in Ana" }));
    fireEvent.click(screen.getByRole("button", { name: "Refuse Bea" }));

    expect([vi.mocked(door.admit).mock.calls, vi.mocked(door.refuse).mock.calls]).toEqual([[["w1"]], [["w2"]]]);
  });

  it("moves nobody while they are answered one after the other", async () => {
    const door = doorWith([ANA, { ...ANA, id: "w2", name: "Bea" }, { ...ANA, id: "w3", name: "Cas" }]);
    const { rerender } = show(<DoorSection door={door} />);
    const seen = (waiting: readonly Waiter[]) =>
      rerender(
        <PreferencesProvider>
          <I18nProvider>
            <DoorSection door={{ ...door, state: { locked: false, lobby: true, waiting } }} />
          </I18nProvider>
        </PreferencesProvider>,
      );
    await screen.findByText("3 people are waiting to be let in");
    const rows = screen.getAllByRole("listitem");
    const admit = screen.getByRole("button", { name: "Let in Ana" });
    admit.focus();
    fireEvent.click(admit);
    seen([{ ...ANA, id: "w2", name: "Bea" }]);

    await screen.findByText("1 person is waiting to be let in");
    expect(screen.getAllByRole("listitem")).toEqual(rows.slice(0, 2));
    expect(document.activeElement).toBe(admit);
    fireEvent.click(admit);
    fireEvent.click(screen.getByRole("button", { name: "Refuse Bea" }));
    expect([vi.mocked(door.admit).mock.calls, vi.mocked(door.refuse).mock.calls]).toEqual([[["w1"]], [["w2"]]]);
    seen([]);
    await waitFor(() => expect(screen.queryAllByRole("listitem")).toEqual([]));
  });

  it("says what went wrong", async () => {
    show(<DoorSection door={doorWith([], { error: new ApiError("offline", "") })} />);
    expect(await screen.findByRole("alert")).toHaveProperty(
      "textContent",
      expect.stringContaining("cannot be reached"),
    );
  });

  it("is told of where its panel is closed", async () => {
    const look = vi.fn();
    show(<WaitingNotice door={doorWith([ANA])} onShow={look} />);
    fireEvent.click(await screen.findByRole("button", { name: "See who it is" }));
    expect(look).toHaveBeenCalledOnce();
  });
});

describe("looking at the door", () => {
  it("does not believe a look that began before the last change", async () => {
    const open: DoorState = { locked: false, lobby: false, waiting: [] };
    let answerLook = (_: DoorState): void => undefined;
    const service: Pick<Organising, "door" | "setDoor"> = {
      door: () => new Promise<DoorState>((resolve) => (answerLook = resolve)),
      setDoor: (wish) => Promise.resolve({ ...wish, waiting: [] }),
    };
    const { result } = renderHook(() => useDoor(service as Organising));
    act(() => result.current.set({ locked: true, lobby: false }));
    await waitFor(() => expect(result.current.state?.locked).toBe(true));
    await act(async () => answerLook(open));

    expect(result.current.state?.locked).toBe(true);
  });
});

describe("whoever waits", () => {
  it("is told so and may give up", async () => {
    const giveUp = vi.fn();
    show(<Lobby title="Board" name="Ana" onGiveUp={giveUp} />);
    expect((await screen.findByRole("heading")).textContent).toBe("Waiting to be let in");
    fireEvent.click(screen.getByRole("button", { name: "Give up" }));

    expect(giveUp).toHaveBeenCalledOnce();
  });
});

it("all of it is read by a screen reader", { timeout: 60_000 }, async () => {
  const { container } = show(
    <>
      <Lobby title="Board" name="Ana" onGiveUp={vi.fn()} />
      <h2>Organise</h2>
      <DoorSection door={doorWith([ANA, { ...ANA, id: "w2", name: "Bea" }])} />
    </>,
  );
  await screen.findByText("Waiting room");
  const rules = { region: { enabled: false }, "color-contrast": { enabled: false } }; // neither a page nor colours here
  expect((await axe.run(container, { rules })).violations.map(({ id }) => id)).toEqual([]);
});

describe("removing somebody", () => {
  const asking = (removePerson: Organising["removePerson"], block = false, onClose = vi.fn()) => {
    const organising = { removePerson } as Organising;
    show(<RemoveDialog name="Eve" identity="speaker-1" block={block} organising={organising} onClose={onClose} />);
    return onClose;
  };

  it.each([
    [false, "Remove", "Remove Eve?"],
    [true, "Remove and block", "Remove and block Eve?"],
  ])("asks first; the link goes with them: %s", async (block, action, question) => {
    const remove = vi.fn(() => Promise.resolve());
    const close = asking(remove, block);
    await screen.findByRole("heading", { name: question });
    expect(remove).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: action }));

    await waitFor(() => expect(close).toHaveBeenCalledOnce());
    expect(remove.mock.calls).toEqual([["speaker-1", block]]);
  });

  it("that fails is said, and may be tried again", async () => {
    const close = asking(() => Promise.reject(new ApiError("media_server", "")));
    fireEvent.click(await screen.findByRole("button", { name: "Remove" }));

    expect(await screen.findByRole("alert")).toHaveProperty("textContent", expect.stringContaining("media server"));
    expect(close).not.toHaveBeenCalled();
    expect(screen.getByRole("button", { name: "Remove" })).toHaveProperty("disabled", false);
  });
});
