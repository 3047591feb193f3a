// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PartBoundary } from "../../src/components/PartBoundary";
import { SaveTranscript, TranscriptList } from "../../src/components/TranscriptPanel";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { Passage } from "../../src/logic/captions";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { transcriptOf } from "../../src/logic/transcript";

function show(content: React.ReactNode) {
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

beforeEach(() => {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "de" });
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

/** A part that fails until it is repaired. */
const part = { fails: true };
function Part() {
  if (part.fails) throw new RangeError("Invalid time value");
  return <p>Alles da</p>;
}

describe("a part of the page that fails", () => {
  beforeEach(() => {
    part.fails = true;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });

  it("says so in the reader's language, leaves the others, and comes back when asked", async () => {
    show(
      <>
        <PartBoundary>
          <Part />
        </PartBoundary>
        <p>Das andere</p>
      </>,
    );

    expect(await screen.findByText("Dieser Teil der Seite ist ausgefallen. Alles andere läuft weiter.")).toBeTruthy();
    expect(screen.getByText("Das andere")).toBeTruthy();
    part.fails = false;
    fireEvent.click(screen.getByRole("button", { name: "Erneut versuchen" }));
    expect(screen.getByText("Alles da")).toBeTruthy();
  });

  it("fails again without harm when it still cannot be shown", async () => {
    show(
      <PartBoundary>
        <Part />
      </PartBoundary>,
    );

    fireEvent.click(await screen.findByRole("button", { name: "Erneut versuchen" }));
    expect(screen.getByRole("alert")).toBeTruthy();
  });

  it("comes back by itself where nobody stands at the screen", async () => {
    show(
      <PartBoundary againMs={100}>
        <Part />
      </PartBoundary>,
    );
    await screen.findByRole("alert");
    part.fails = false;

    expect(await screen.findByText("Alles da")).toBeTruthy();
  });
});

describe("the list of what was said", () => {
  it.each([2000, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -1e300])(
    "is drawn and can be saved with a start of %s",
    async (startMs) => {
      const passage: Passage = {
        key: "k:eve/1-1",
        epoch: "k",
        segment: "eve/1-1",
        speaker: "eve",
        sourceLanguage: "en",
        startMs,
        endMs: startMs,
        firstSeenMs: startMs === 1e300 ? 1e300 : Date.UTC(2026, 10, 21),
        history: false,
        texts: [
          { language: "en", translated: false, committed: "Hello.", tentative: "", final: true, note: "", doubt: "" },
        ],
      };
      const transcript = transcriptOf([passage], "Board", String);
      show(
        <>
          <SaveTranscript transcript={transcript} />
          <TranscriptList transcript={transcript} />
        </>,
      );

      expect(await screen.findByText("Hello.")).toBeTruthy();
    },
  );
});
