import { describe, expect, it } from "vitest";
import { readReports, reportsTo } from "../../src/logic/reports";
import { readInterpreter } from "../../src/logic/interpreter";
import { isUnheard, isUnrecognised } from "../../src/logic/understanding";

const codes = (value: unknown) => readReports(value).map(({ code }) => code);

describe("what the interpreter reports", () => {
  it("is read with its parameters", () => {
    const said = [{ code: "other_language", speaker: "ana", language: "es", other: "en", more: 7 }];
    expect(readReports(said)).toEqual([
      { code: "other_language", speaker: "ana", language: "es", other: "en", count: 0 },
    ]);
  });

  it.each([
    null,
    "fault",
    { code: "fault" },
    [7],
    [null],
    [{ code: "toString" }],
    [{ code: "one that came later" }],
    [{ code: 7 }],
    [{ code: "unrecognised", speaker: "ana" }],
    [{ code: "unrecognised", language: "ar" }],
    [{ code: "unrecognised", speaker: "ana", language: "<b>x</b>" }],
    [{ code: "unrecognised", speaker: "a".repeat(301), language: "ar" }],
    [{ code: "waiting", speaker: "ana", count: "7" }],
    [{ code: "waiting", speaker: "ana", count: -7 }],
    [{ code: "few_speakers", count: Number.NaN }],
  ])("is left out where it says nothing that can be said: %j", (value) => {
    expect(readReports(value)).toEqual([]);
  });

  it("has an end", () => {
    expect(codes(Array.from({ length: 1000 }, () => ({ code: "fault" })))).toHaveLength(20);
    expect(readReports([{ code: "few_languages", count: 1e99 }])).toMatchObject([{ count: 10_000 }]);
  });
});

describe("a report is told", () => {
  const reports = readReports([
    { code: "unrecognised", speaker: "ana", language: "ar" },
    { code: "too_loud", speaker: "ben" },
    { code: "no_voice", language: "es" },
    { code: "not_translated", speaker: "ben", language: "es" },
    { code: "no_place", language: "fr", count: 8 },
    { code: "few_speakers", count: 2 },
    { code: "fault" },
  ]);
  const told = (identity: string, listen: string, read: string) =>
    reportsTo(reports, { identity, listen, read }).map(({ code }) => code);

  it("to the speaker whom it is about", () => {
    expect(told("ana", "off", "")).toEqual(["unrecognised"]);
    expect(told("ben", "off", "")).toEqual(["too_loud"]);
  });

  it("to those who hear or read the language", () => {
    expect(told("me", "es-MX", "")).toEqual(["no_voice", "not_translated"]);
    expect(told("me", "off", "es")).toEqual(["not_translated"]);
    expect(told("me", "off", "fr")).toEqual(["no_place"]);
  });

  it("to nobody else", () => {
    expect(told("me", "off", "")).toEqual([]);
    expect(told("me", "de", "de")).toEqual([]);
  });
});

describe("somebody is not heard", () => {
  const interpreter = readInterpreter("agent", {
    "translator.abilities": '{"recognised": ["en", "pt-BR"]}',
    "translator.encrypted": '{"everybody": false, "speakers": ["eve"]}',
    "translator.reports": '[{"code": "waiting", "speaker": "dan", "count": 2}]',
  });

  it.each([
    ["ar", true],
    ["en-GB", false],
    ["pt", false],
    ["auto", false],
    ["", false],
  ])("by the language that they speak: %j", (spoken, expected) => {
    expect(isUnrecognised(interpreter, spoken)).toBe(expected);
  });

  it("for being encrypted, or one too many", () => {
    expect(isUnheard(interpreter, "eve", "en")).toBe(true);
    expect(isUnheard(interpreter, "dan", "en")).toBe(true);
    expect(isUnheard(interpreter, "ana", "en")).toBe(false);
  });

  it("by nobody's fault where the interpreter does not say what it recognises", () => {
    expect(isUnrecognised(readInterpreter("agent", {}), "ar")).toBe(false);
    expect(isUnheard({ present: false }, "ana", "ar")).toBe(false);
  });
});
