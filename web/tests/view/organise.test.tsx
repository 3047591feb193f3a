// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CapacityLine } from "../../src/components/CapacityLine";
import { LanguagePicker } from "../../src/components/LanguagePicker";
import { VoicesSection } from "../../src/components/VoicesSection";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { Capacity } from "../../src/logic/capacity";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import type { ChosenVoices } from "../../src/logic/voices";
import { choosable, choose, listOf, wordsOf } from "../fakes/languages";

const AVAILABLE = { es: ["kokoro:ef_dora", "espeak:es"], fr: ["espeak:fr"] };

function show(content: React.ReactNode) {
  return render(
    <PreferencesProvider>
      <I18nProvider>{content}</I18nProvider>
    </PreferencesProvider>,
  );
}

function speakIn(interfaceLanguage: string) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage });
}

beforeEach(() => speakIn("de"));
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("the choice of voices", () => {
  const languages = ["es", "fr", "mt"];
  const usual = { speed: 1, onSpeed: vi.fn() };
  const shown = (chosen: ChosenVoices, onChange = vi.fn()) =>
    show(<VoicesSection {...usual} languages={languages} available={AVAILABLE} chosen={chosen} onChange={onChange} />);

  it("has a list for each language, named by it", async () => {
    shown({ es: "espeak:es" });
    const spanish = (await screen.findByLabelText("Spanisch")) as HTMLSelectElement;
    const french = screen.getByLabelText("Französisch") as HTMLSelectElement;

    expect(spanish.value).toBe("espeak:es");
    expect(french.value).toBe("");
    expect([...spanish.options].map(({ text }) => text)).toEqual([
      "Verschiedene Stimmen",
      "Verschiedene Stimmen, alle tief",
      "Verschiedene Stimmen, alle hoch",
      "ef_dora · kokoro",
      "es · espeak",
    ]);
    expect(screen.getByText("Keine Stimme, nur Untertitel: Maltesisch")).toBeTruthy();
  });

  it("tells the whole choice, and gives it up", async () => {
    const told = vi.fn();
    shown({ fr: "espeak:fr" }, told);

    fireEvent.change(await screen.findByLabelText("Spanisch"), { target: { value: "kokoro:ef_dora" } });
    fireEvent.change(screen.getByLabelText("Französisch"), { target: { value: "" } });

    expect(told.mock.calls).toEqual([[{ fr: "espeak:fr", es: "kokoro:ef_dora" }], [{}]]);
  });

  it.each([
    [1, ["0.85", "1", "1.15"]],
    [0.9, ["0.85", "1", "1.15", "0.9"]], // chosen over the API
  ])("has one speed for all of them, also where it is %s", async (speed, offered) => {
    const onSpeed = vi.fn();
    show(
      <VoicesSection
        languages={languages}
        available={AVAILABLE}
        chosen={{}}
        speed={speed}
        onChange={vi.fn()}
        onSpeed={onSpeed}
      />,
    );
    const list = (await screen.findByLabelText("Tempo der Stimmen")) as HTMLSelectElement;
    expect([list.value, [...list.options].map(({ value }) => value)]).toEqual([String(speed), offered]);

    fireEvent.change(list, { target: { value: "0.85" } });
    expect(onSpeed.mock.calls).toEqual([[0.85]]);
  });

  it.each([
    [AVAILABLE, "gone · kokoro (nicht in der Liste)"],
    [{}, "gone · kokoro"],
  ])("keeps showing a voice that is not among %o", async (available, label) => {
    show(
      <VoicesSection
        {...usual}
        languages={languages}
        available={available}
        chosen={{ es: "kokoro:gone" }}
        onChange={vi.fn()}
      />,
    );

    const spanish = (await screen.findByLabelText("Spanisch")) as HTMLSelectElement;
    expect(spanish.selectedOptions[0]?.text).toBe(label);
  });

  it("is reached without a mouse and read by a screen reader", async () => {
    const { container } = shown({});
    const summary = await screen.findByText("Stimmen");

    expect(summary.tagName).toBe("SUMMARY");
    container.querySelector("details")?.setAttribute("open", "");
    const { violations } = await axe.run(container, {
      rules: { region: { enabled: false }, "color-contrast": { enabled: false } }, // neither a page nor colours here
    });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  it("is not there while nobody knows the voices", async () => {
    show(
      <>
        <VoicesSection {...usual} languages={languages} available={{}} chosen={{}} onChange={vi.fn()} />
        <p>Ende</p>
      </>,
    );
    await screen.findByText("Ende");
    expect(screen.queryByText("Stimmen")).toBeNull();
  });
});

describe("the languages that an organiser offers", () => {
  const available = ["en", "es", "fr"];
  const field = () => screen.findByRole("combobox", { name: "Sprache hinzufügen" });

  it("can be added to as long as the interpreter has more, whatever is chosen, and taken away", async () => {
    const told = vi.fn();
    show(<LanguagePicker chosen={["es"]} available={available} onChange={told} />);
    const add = await field();

    expect(choosable(listOf(add))).toEqual(["en", "fr"]);
    choose(add, "fr");
    fireEvent.click(screen.getByRole("button", { name: /Spanisch/ }));
    expect(told.mock.calls).toEqual([[["es", "fr"]], [null]]);
  });

  it("are greyed where nobody here can do them, also among what was chosen", async () => {
    show(<LanguagePicker chosen={["vi"]} available={available} onChange={vi.fn()} />);
    const options = listOf(await field());

    expect(choosable(options)).not.toContain("pl");
    expect(wordsOf(options, "pl")).toBe("PolskiPolnischhat der Dolmetscher nicht");
    expect(screen.getByText("Vietnamesisch (hier nicht)")).toBeTruthy();
  });

  it("are all common ones while nobody knows what there is, and the page says so", async () => {
    show(<LanguagePicker chosen={null} available={[]} onChange={vi.fn()} />);

    expect(choosable(listOf(await field())).length).toBeGreaterThan(20);
    expect(screen.getByText(/sobald der Dolmetscher/)).toBeTruthy();
  });
});

describe("what the machine keeps up with", () => {
  const capacity: Capacity = { speakers: 3, languages: [6, 3, 1], given_up: [] };

  it.each([
    ["en", "This machine interprets about 3 speakers into 1 language or 1 speaker into 6 languages at once."],
    ["de", "Diese Maschine dolmetscht gleichzeitig etwa 3 Personen in 1 Sprache oder 1 Person in 6 Sprachen."],
    ["fr", "Cette machine interprète à la fois environ 3 personnes vers 1 langue ou 1 personne vers 6 langues."],
    ["ja", "このマシンが同時に通訳できる目安：話し手 3 人 → 1 言語または話し手 1 人 → 6 言語。"],
    ["zh", "这台机器大约能同时传译 3 位发言人译成 1 种语言或 1 位发言人译成 6 种语言。"],
    ["ar", "يترجم هذا الجهاز في الوقت نفسه لنحو 3 متحدثين إلى لغة واحدة أو متحدث واحد إلى 6 لغات."],
  ])("reads well in %s", async (language, words) => {
    speakIn(language);
    show(<CapacityLine capacity={capacity} givenUp={[]} />);

    expect(await screen.findByText(words)).toBeTruthy();
  });

  it("is followed by what the meeting goes without", async () => {
    const givenUp = ["Weitere werden nicht gedolmetscht.", "Stimmen gehen zuletzt."];
    show(<CapacityLine capacity={capacity} givenUp={givenUp} />);

    await screen.findByText(/Diese Maschine/);
    expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toEqual(givenUp);
  });
});
