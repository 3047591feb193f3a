// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PassageLines } from "../../src/components/CaptionPane";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { ShownText } from "../../src/logic/captionView";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";

const SPANISH: ShownText = {
  language: "es",
  committed: "53 personas",
  tentative: "",
  kind: "translation",
  note: "",
  instead: "",
  doubt: "numbers changed",
};

function show(...texts: ShownText[]) {
  render(
    <PreferencesProvider>
      <I18nProvider>
        <PassageLines line={{ key: "1", speaker: "anna", named: false, texts }} name="" />
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

    const mark = await screen.findByRole("img", { name: "womöglich falsch: numbers changed" });
    expect(mark.title).toBe("womöglich falsch: numbers changed");
    expect(mark.textContent).toBe("?");
  });

  it("is the only one with a mark", async () => {
    show({ ...SPANISH, doubt: "" });

    await screen.findByText("53 personas");
    expect(screen.queryByRole("img")).toBeNull();
  });
});
