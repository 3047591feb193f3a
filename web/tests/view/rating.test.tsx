// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import RatingFields from "../../src/components/RatingFields";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ApiError } from "../../src/logic/api";
import type { Passage } from "../../src/logic/captions";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";

const TEXT = { tentative: "", final: true, note: "", doubt: "" };
const ALL: Passage[] = [
  {
    key: "e:1",
    epoch: "e",
    segment: "1",
    speaker: "ana",
    sourceLanguage: "en",
    startMs: 0,
    endMs: 1,
    firstSeenMs: 0,
    history: false,
    texts: [
      { language: "en", translated: false, committed: "Good morning.", ...TEXT },
      { language: "es", translated: true, committed: "Buenas noches.", ...TEXT },
    ],
  },
];

function show(rate: (rating: unknown) => Promise<void>, listen = "es", passages = ALL) {
  const meeting = {
    passages: new Store({ all: passages }),
    session: { rate },
    wishSender: {
      wishes: new Store({ speak: "es", listen, read: { mode: "both", language: "es" }, push: "always" }),
    },
  };
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting as unknown as Meeting}>
          <RatingFields />
        </MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

beforeEach(() =>
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" }),
);
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

const CAPTION = { about: "caption", thing: "e%3A1%20es", source: "en", target: "es" };

it("rates a caption with one press, and sends words only where they are ticked", async () => {
  const rate = vi.fn(() => Promise.resolve());
  const { container } = show(rate, "off");
  fireEvent.click(await screen.findByRole("button", { name: "Not good" }));
  expect(rate.mock.calls).toEqual([[{ ...CAPTION, good: false }]]);
  await screen.findByText("Thank you. It is counted without your name.");
  expect((await axe.run(container, { rules: { region: { enabled: false } } })).violations).toEqual([]);

  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(rate.mock.calls[1]).toEqual([{ ...CAPTION, good: false, reason: "wrong_translation" }]);
  fireEvent.click(screen.getByRole("checkbox"));
  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(rate.mock.calls[2]).toEqual([
    { ...CAPTION, good: false, reason: "wrong_translation", words: "Good morning. → Buenas noches." },
  ]);
});

it("rates the voice that is heard, without any words", async () => {
  const rate = vi.fn(() => Promise.resolve());
  show(rate, "es", []);
  fireEvent.click(await screen.findByRole("button", { name: "Not good" }));
  expect(screen.queryByRole("checkbox")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Good" }));
  const voice = { about: "voice", thing: "voice%20es", source: "auto", target: "es" };
  expect(rate.mock.calls).toEqual([[{ ...voice, good: false }], [{ ...voice, good: true }]]);
  expect(screen.getByRole("button", { name: "Good" }).getAttribute("aria-pressed")).toBe("true");
});

it("takes back what could not be sent, and says so", async () => {
  show(() => Promise.reject(new ApiError("offline", "no")), "es", []);
  fireEvent.click(await screen.findByRole("button", { name: "Good" }));
  await vi.waitFor(() => expect(screen.getByRole("status").textContent).not.toBe(""));
  expect(screen.getByRole("button", { name: "Good" }).getAttribute("aria-pressed")).toBe("false");
});

it("shows nothing where there is nothing to rate", async () => {
  const { container } = show(() => Promise.resolve(), "off", []);
  await vi.waitFor(() => expect(container.textContent).toBe(""));
});
