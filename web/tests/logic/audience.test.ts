import { describe, expect, it } from "vitest";
import { audienceOf } from "../../src/logic/audience";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";

const OTHERS = [
  { identity: "1", name: "Reader", attributes: { "translator.listen": "off", "translator.captions": "original,fr" } },
  { identity: "2", name: "Hearer", attributes: { "translator.listen": "es-MX", "translator.captions": "es" } },
  { identity: "3", name: "Same", attributes: { language: "en-GB" } },
  { identity: "4", name: "Example client", attributes: { language: "ar" } },
  { identity: "5", name: "Nothing", attributes: {} },
  { identity: "6", name: "Muted", attributes: { "translator.listen": "pt", "translator.captions": "off" } },
];

function offering(languages: readonly string[], channels: Readonly<Record<string, string>>): Interpreter {
  return readInterpreter("agent", {
    "translator.languages": JSON.stringify(languages),
    "translator.channels": JSON.stringify(
      Object.fromEntries(Object.entries(channels).map(([code, state]) => [code, { state, listeners: 1 }])),
    ),
  });
}

describe("the audience of a speaker", () => {
  const interpreter = offering(["en", "es", "fr", "pt"], { es: "open", pt: "muted" });
  const told = (spoken: string, by: Interpreter) =>
    audienceOf({ identity: "me", spoken }, OTHERS, by).map(({ name, language, how }) => [name, language, how]);

  it("is who hears an open channel or reads what is offered, of another language than the one spoken", () => {
    expect(told("en", interpreter)).toEqual([
      ["Hearer", "es", "hears"],
      ["Reader", "fr", "reads"],
    ]);
  });

  it("is nobody where the interpreter offers nothing that they want, or is not there", () => {
    expect(told("en", offering(["en", "ja"], {}))).toEqual([]);
    expect(told("en", ABSENT)).toEqual([]);
  });

  it.each(["", "auto"])("is not known while nobody knows what is spoken: %j", (spoken) => {
    expect(told(spoken, interpreter)).toEqual([]);
  });

  it("reads on where a channel is not open", () => {
    expect(told("en", offering(["en", "es", "fr"], { es: "lingering" }))).toEqual([
      ["Reader", "fr", "reads"],
      ["Hearer", "es", "reads"],
    ]);
  });

  it("hears as each has chosen it for this speaker and for a second language", () => {
    const listening = { "translator.listen": "es", "translator.captions": "off" };
    const choosing = (name: string, more: Record<string, string>) => ({
      identity: name,
      name,
      attributes: { ...listening, ...more },
    });
    const others = [
      choosing("Understands", { "translator.understands": "en" }),
      choosing("Original", { "translator.overrides": '{"me": "original"}' }),
      choosing("French", { "translator.overrides": '{"me": "fr", "you": "original"}' }),
      choosing("Another", { "translator.overrides": '{"you": "fr"}' }),
      choosing("Only me", { "translator.listen": "off", "translator.overrides": '{"me": "es"}' }),
    ];
    const found = audienceOf(
      { identity: "me", spoken: "en" },
      others,
      offering(["es", "fr"], { es: "open", fr: "open" }),
    );
    expect(found.map(({ name, language }) => [name, language])).toEqual([
      ["French", "fr"],
      ["Another", "es"],
      ["Only me", "es"],
    ]);
  });
});
