// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { SaveTranscript, TranscriptList } from "../../src/components/TranscriptPanel";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { CaptionText, Passage } from "../../src/logic/captions";
import { transcriptOf, type Transcript } from "../../src/logic/transcript";

function said(...languages: string[]): Transcript {
  const texts = languages.map((language): CaptionText => ({
    language,
    translated: language !== "en",
    committed: "x",
    tentative: "",
    final: true,
    note: "",
    doubt: "",
  }));
  const passages = [0, 1000, 9000].map((startMs, at): Passage => ({
    key: String(at),
    epoch: "agent-1",
    segment: String(at),
    speaker: "ana",
    sourceLanguage: "en",
    startMs,
    endMs: startMs + 900,
    firstSeenMs: 1_000_000 + startMs,
    history: false,
    texts,
  }));
  return transcriptOf(languages.length ? passages : [], "Talk", () => "Ana");
}

function show(transcript: Transcript) {
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <SaveTranscript transcript={transcript} />
        <TranscriptList transcript={transcript} />
      </I18nProvider>
    </PreferencesProvider>,
  );
}

describe("what can be saved", () => {
  afterEach(cleanup);

  it.each([
    ["both languages and what was spoken", ["en", "es"], ["aligned", "original", "en", "es"]],
    ["one language that was spoken", ["en"], ["original", "en"]],
    ["one translation", ["es"], ["es"]],
  ])("is what there is: %s", async (_, languages, expected) => {
    show(said(...languages));

    const select = (await screen.findByLabelText("Languages")) as HTMLSelectElement;
    expect([...select.options].map(({ value }) => value)).toEqual(expected);
    expect(select.value).toBe(expected[0]);
  });

  it("is nothing before anything was said", async () => {
    show(said());

    expect(await screen.findByText("Nothing has been said yet.")).toBeTruthy();
    expect(screen.queryByLabelText("Languages")).toBeNull();
  });

  it("is listed with what was heard in a computed voice", async () => {
    const spoken = said("en", "es");
    const es = (texts: Transcript["entries"][0]["texts"]) =>
      texts.map((text) => (text.language === "es" ? { ...text, likeness: true as const } : text));
    show({ ...spoken, entries: spoken.entries.map((entry) => ({ ...entry, texts: es(entry.texts) })) });

    const [first] = await screen.findAllByRole("listitem");
    expect(first!.querySelector("[lang=es]")!.textContent).toBe("x x (computed voice)");
    expect(first!.querySelector("p[lang=en]")!.textContent).toBe("x x");
  });

  it("is listed with one name and time for each paragraph", async () => {
    show(said("en"));

    const items = await screen.findAllByRole("listitem");
    expect(items.map((item) => within(item).getAllByText("Ana").length)).toEqual([1, 1]);
    expect(items.map((item) => item.querySelectorAll("time").length)).toEqual([1, 1]);
    expect(items[0]!.textContent).toContain("x x");
  });
});
