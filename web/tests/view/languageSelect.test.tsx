// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LanguageSelect } from "../../src/components/LanguageSelect";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import "../fakes/languages";

const outer = vi.fn();
const told = vi.fn();
const SPECIAL = [{ value: "off", label: "Original sound" }];

async function show(value = "es"): Promise<HTMLInputElement> {
  render(
    <PreferencesProvider>
      <I18nProvider>
        <form onSubmit={outer} onKeyDown={({ key }) => key === "Escape" && outer()}>
          <LanguageSelect
            label="I hear"
            value={value}
            special={SPECIAL}
            offered={["en", "es", "fr"]}
            reason={() => "language.noVoice"}
            onChange={told}
          />
        </form>
      </I18nProvider>
    </PreferencesProvider>,
  );
  return (await screen.findByRole("combobox", { name: "I hear" })) as HTMLInputElement;
}

const press = (field: HTMLElement, ...keys: readonly string[]) =>
  keys.forEach((key) => fireEvent.keyDown(field, { key }));
const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const active = (field: HTMLElement) =>
  document.getElementById(field.getAttribute("aria-activedescendant") ?? "")?.dataset["code"];
const isOpen = (field: HTMLElement) => [field.getAttribute("aria-expanded"), screen.queryByRole("listbox") !== null];

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
beforeEach(() => {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  vi.clearAllMocks();
});

describe("a list of languages by keyboard", () => {
  it("opens and moves by the arrows, over what cannot be chosen, and Enter chooses without sending a form", async () => {
    const field = await show();
    expect(isOpen(field)).toEqual(["false", false]);
    press(field, "ArrowDown");
    expect([isOpen(field), active(field)]).toEqual([["true", true], "es"]);
    press(field, "ArrowDown", "PageDown"); // there is nothing to choose behind it
    expect(active(field)).toBe("es");
    press(field, "ArrowUp");
    expect(active(field)).toBe("fr");
    press(field, "PageUp");
    expect(active(field)).toBe("off");
    press(field, "Enter");

    expect([told.mock.calls, isOpen(field), outer.mock.calls]).toEqual([[["off"]], ["false", false], []]);
  });

  it("is searched by what is typed; Tab takes what was found, as Enter does", async () => {
    const field = await show();
    type(field, "fre");
    expect([active(field), screen.getAllByRole("option").map(({ dataset }) => dataset["code"])]).toEqual([
      "fr",
      ["fr"],
    ]);
    press(field, "Tab");

    expect(told.mock.calls).toEqual([["fr"]]);
  });

  it("says where nothing is called so, and chooses nothing", async () => {
    const field = await show();
    type(field, "zz");
    expect(screen.getByRole("status").textContent).toBe("No language is called that.");
    press(field, "Enter");
    fireEvent.blur(field);

    expect([told.mock.calls, field.value]).toEqual([[], "Español · Spanish"]);
  });

  it("is closed by Escape alone, which closes what it stands in the second time", async () => {
    const field = await show();
    type(field, "fr");
    press(field, "Escape");
    expect([isOpen(field), field.value, outer.mock.calls.length]).toEqual([["false", false], "Español · Spanish", 0]);
    press(field, "Escape");

    expect([told.mock.calls, outer.mock.calls.length]).toEqual([[], 1]);
  });
});

describe("a list of languages", () => {
  it("says why something cannot be chosen, and does not choose it", async () => {
    const field = await show();
    type(field, "deutsch");
    const german = screen.getByRole("option");
    expect([german.getAttribute("aria-disabled"), german.textContent]).toEqual([
      "true",
      "DeutschGermancaptions only, no voice here",
    ]);
    fireEvent.click(german);
    press(field, "Enter");

    expect(told.mock.calls).toEqual([]);
  });

  it("begins with what was chosen last, also the next time", async () => {
    let field = await show("off");
    type(field, "fran");
    press(field, "Enter");
    cleanup();
    field = await show("off");
    press(field, "ArrowDown");

    const group = screen.getByRole("group", { name: "Recently used" });
    expect([...group.querySelectorAll("[role=option]")].map(({ textContent }) => textContent)).toEqual([
      "FrançaisFrench",
    ]);
    expect(readPreferences(window.localStorage).recentLanguages).toEqual(["fr"]);
  });

  it("has no barrier, open and searched", async () => {
    const field = await show();
    for (const words of ["", "e", "zz"]) {
      type(field, words);
      const { violations } = await axe.run(document.body, {
        rules: { region: { enabled: false }, "color-contrast": { enabled: false } }, // neither a page nor colours here
      });
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
  });
});
