// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { StoredSection } from "../../src/components/StoredSection";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ApiError, type Organising } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import type { Meeting } from "../../src/room/meeting";
import { openDialogs } from "../fakes/dialogs";

function show(organising: Partial<Organising>) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  const meeting = { admission: { title: "Board meeting" } } as Meeting;
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting}>
          <StoredSection organising={organising as Organising} />
        </MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("what is stored of a meeting", () => {
  it("is handed to the browser as a file", async () => {
    const files: [string, string][] = [];
    let blob = new Blob();
    // jsdom neither gives files an address nor saves them
    vi.stubGlobal(
      "URL",
      Object.assign(URL, { createObjectURL: (one: Blob) => ((blob = one), "blob:1"), revokeObjectURL: vi.fn() }),
    );
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      files.push([this.download, this.href]);
    });
    show({ stored: () => Promise.resolve({ room: "board", names: ["Ana"] }) });
    fireEvent.click(await screen.findByRole("button", { name: "Download what is stored" }));

    await waitFor(() => expect(files).toEqual([["Board-meeting.stored.json", "blob:1"]]));
    const text = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => resolve(reader.result));
      reader.readAsText(blob);
    });
    expect([JSON.parse(String(text)), blob.type]).toEqual([{ room: "board", names: ["Ana"] }, "application/json"]);
  });

  it("that cannot be had is said, and may be tried again", async () => {
    show({ stored: () => Promise.reject(new ApiError("offline", "")) });
    const button = await screen.findByRole("button", { name: "Download what is stored" });
    fireEvent.click(button);

    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
    await waitFor(() => expect(button).toHaveProperty("disabled", false));
  });
});

describe("erasing everything", () => {
  const asked = async (erase: Organising["erase"]) => {
    show({ erase });
    fireEvent.click(await screen.findByRole("button", { name: "Erase everything" }));
    return screen.findByRole("dialog", { name: "Erase everything about this meeting?" });
  };
  const inDialog = (dialog: HTMLElement, name: string): HTMLElement => {
    const button = [...dialog.querySelectorAll("button")].find(({ textContent }) => textContent === name);
    if (!button) throw new Error(`no button ${name}`);
    return button;
  };

  it("says first what goes, and that it cannot be undone", async () => {
    const erase = vi.fn(() => Promise.resolve());
    const dialog = await asked(erase);

    expect(dialog.textContent).toMatch(/names of those who came, all links and the glossary.*cannot be undone/);
    expect(erase).not.toHaveBeenCalled();
    fireEvent.click(inDialog(dialog, "Cancel"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(erase).not.toHaveBeenCalled();
  });

  it("happens once it is confirmed", async () => {
    const erase = vi.fn(() => Promise.resolve());
    const dialog = await asked(erase);
    fireEvent.click(inDialog(dialog, "Erase everything"));

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(erase).toHaveBeenCalledOnce();
  });

  it("that fails is said, and may be tried again", async () => {
    const dialog = await asked(() => Promise.reject(new ApiError("media_server", "")));
    fireEvent.click(inDialog(dialog, "Erase everything"));

    expect((await screen.findByRole("alert")).textContent).toContain("media server");
    await waitFor(() => expect(inDialog(dialog, "Erase everything")).toHaveProperty("disabled", false));
  });
});
