import { describe, expect, it } from "vitest";
import { MOST_ENTRIES, withImported, type GlossaryRow } from "../../src/logic/glossary";
import { readTable } from "../../src/logic/glossaryImport";

const read = (text: string) => readTable(text, "en", "es");
const term = (source: string, written = "", spoken = "") => ({
  source,
  language: "en",
  translations: written ? { es: written } : {},
  spoken: spoken ? { es: spoken } : {},
});

describe("a table of terms", () => {
  it.each([
    ["commas", "HIVE,HIVE,jaiv\nboard,junta"],
    ["semicolons", "HIVE;HIVE;jaiv\r\nboard;junta\r\n"],
    ["tabs, as spreadsheets copy them", "\uFEFFHIVE\tHIVE\tjaiv\rboard\tjunta\t\t\n\n"],
    ["blanks and signs that cannot be seen", " HIVE\u200b , HIVE\u202e, jaiv\n\n  \nboard ,  junta"],
  ])("is read with %s", (_, text) => {
    expect(read(text)).toEqual({ terms: [term("HIVE", "HIVE", "jaiv"), term("board", "junta")], problems: [] });
  });

  it("may have quoted cells with separators, line ends and quotation marks in them", () => {
    const text = '"a, b","say ""x""",\n"two\nlines",y\n5" disk,z';

    expect(read(text).terms).toEqual([term("a, b", 'say "x"'), term("two lines", "y"), term('5" disk', "z")]);
  });

  it("names its columns by languages in its first line", () => {
    const { terms, problems } = read("de;pt_BR;en;en spoken\nVorstand;diretoria;board;bored");

    expect(problems).toEqual([]);
    expect(terms).toEqual([
      {
        source: "Vorstand",
        language: "de",
        translations: { "pt-BR": "diretoria", en: "board" },
        spoken: { en: "bored" },
      },
    ]);
  });

  it.each(["Hive,bee\n", "hi,hola\nno,no"])("takes words for words: %j", (text) => {
    expect(read(text).terms[0]?.source).toBe(text.split(",")[0]);
  });

  it("says of each line what is wrong with it, and takes the others", () => {
    const text = ["ok,bien", ",x", "a,b,c,d", `${"x".repeat(101)},y`, "OK,otra", "fine,vale", '"open,x', "lost,y"];
    const { terms, problems } = read(text.join("\n"));

    expect(terms.map(({ source }) => source)).toEqual(["ok", "fine"]);
    expect(problems.map(({ line, problem }) => [line, problem])).toEqual([
      [2, "noTerm"],
      [3, "columns"],
      [4, "tooLong"],
      [5, "twice"],
      [7, "quote"],
    ]);
  });

  it("counts lines as an editor does, over cells of several lines", () => {
    expect(read('"a\nb",c\n\n,x').problems).toEqual([{ line: 4, problem: "noTerm" }]);
  });

  it("is bounded", () => {
    const text = Array.from({ length: MOST_ENTRIES + 2 }, (_, at) => `term ${at},x`).join("\n");
    const { terms, problems } = read(text);

    expect(terms).toHaveLength(MOST_ENTRIES);
    expect(problems.map(({ line }) => line)).toEqual([MOST_ENTRIES + 1, MOST_ENTRIES + 2]);
  });

  it.each(["", "\n\n", ",,,\n", '"', "\u0000", "\uFEFF"])("holds nothing: %j", (text) => {
    expect(read(text).terms).toEqual([]);
  });
});

describe("what was read", () => {
  const row = (id: number, source: string): GlossaryRow => ({ ...term(source, "viejo", "bi"), id });

  it("goes behind what is there, and to terms that are there already", () => {
    const rows = withImported([row(1, "HIVE"), row(4, " ")], [term("hive", "nuevo"), term("board", "junta")]);

    expect(rows).toEqual([
      { ...row(1, "HIVE"), translations: { es: "nuevo" } },
      { ...term("board", "junta"), id: 5 },
    ]);
  });

  it("does not get more than fits", () => {
    const full = Array.from({ length: MOST_ENTRIES }, (_, at) => row(at, `term ${at}`));

    expect(withImported(full, [term("one more")])).toEqual(full);
  });
});
