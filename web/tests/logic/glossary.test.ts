import { describe, expect, it } from "vitest";
import { glossaryOf, rowsOf } from "../../src/logic/glossary";

describe("the glossary", () => {
  it("goes through the table unchanged, without empty rows and cells", () => {
    const glossary = {
      entries: [
        { source: "HIVE", language: "en", translations: { es: "HIVE" }, spoken: { es: "jaiv" }, match_case: true },
      ],
    };
    const rows = rowsOf(glossary);

    expect(glossaryOf([...rows, { id: 9, source: "  ", language: "en", translations: {}, spoken: {} }])).toEqual(
      glossary,
    );
    expect(glossaryOf([{ ...rows[0]!, translations: { es: " " }, spoken: {} }])).toEqual({
      entries: [{ source: "HIVE", language: "en", translations: {}, spoken: {}, match_case: true }],
    });
    expect(glossaryOf([])).toBeNull();
  });
});
