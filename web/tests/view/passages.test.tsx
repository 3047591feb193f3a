// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Paragraph } from "../../src/components/CaptionPane";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { ShownText } from "../../src/logic/captionView";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";

const SPANISH: ShownText = {
  key: "1",
  language: "es",
  committed: "53 personas",
  tentative: "",
  kind: "translation",
  note: "",
  instead: "",
  doubt: "numbers_changed",
};

function show(...texts: ShownText[]) {
  render(
    <PreferencesProvider>
      <I18nProvider>
        <Paragraph
          line={{
            key: "1",
            speaker: "anna",
            named: false,
            former: false,
            rows: [{ language: "es", kind: "translation", clauses: texts }],
          }}
          name=""
        />
      </I18nProvider>
    </PreferencesProvider>,
  );
}

describe("a translation that may be wrong", () => {
  beforeEach(() => {
    keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "de" });
  });
  afterEach(() => {
    cleanup();
    window.localStorage.clear();
  });

  it("has a mark that says why in the reader's language", async () => {
    show(SPANISH);

    const mark = await screen.findByRole("img", { name: "womöglich falsch: die Zahlen weichen ab" });
    expect(mark.title).toBe("womöglich falsch: die Zahlen weichen ab");
    expect(mark.textContent).toBe("?");
  });

  it.each([
    ["numbers_missing", "womöglich falsch: Zahlen fehlen"],
    ["term_missing", "womöglich falsch: ein Begriff aus dem Glossar fehlt"],
    ["only_terms", "womöglich falsch: nur Begriffe aus dem Glossar sind übrig"],
    ["<b>whatever else</b>", "womöglich falsch: die Übersetzung ist unsicher"],
  ])("says of %s what that is, and nothing that it does not know", async (doubt, words) => {
    show({ ...SPANISH, doubt });
    expect(await screen.findByRole("img", { name: words })).toBeTruthy();
  });

  it.each([
    ["late", "nicht übersetzt: es dauerte zu lange"],
    ["unavailable", "nicht übersetzt: zwischen diesen Sprachen übersetzt hier niemand"],
    ["no route to es", "nicht übersetzt: die Übersetzung ist fehlgeschlagen"],
  ])("that is missing is said to be: %s", async (note, words) => {
    show({ ...SPANISH, doubt: "", note });
    expect(await screen.findByText(words)).toBeTruthy();
  });

  it("is the only one with a mark", async () => {
    show({ ...SPANISH, doubt: "" });

    await screen.findByText("53 personas");
    expect(screen.queryByRole("img")).toBeNull();
  });
});

describe("a paragraph", () => {
  afterEach(cleanup);

  it("has blanks between its clauses, and names the language of what was not translated", async () => {
    const clauses = [
      { ...SPANISH, doubt: "", committed: "Hola" },
      { ...SPANISH, doubt: "", key: "2", committed: "y adiós." },
      { ...SPANISH, doubt: "", key: "3", committed: "Hello.", language: "en", note: "late" },
    ];
    show(...clauses);

    const paragraph = (await screen.findByText("Hola")).closest("p")!;
    expect(paragraph.textContent).toMatch(/^Hola y adiós\. Hello\./);
    expect(paragraph.lang).toBe("es");
    expect(screen.getByText("Hello.").closest("[lang]")!.getAttribute("lang")).toBe("en");
  });
});
