import { describe, expect, it } from "vitest";
import { steadied, type Row } from "../../src/logic/steadyList";

interface Person {
  readonly id: string;
  readonly name?: string;
}

const people = (ids: string): readonly Person[] => ids.split("").map((id) => ({ id }));
const drawn = (rows: readonly Row<Person>[]): string =>
  rows.map(({ item, gone }) => (gone ? `(${item.id})` : item.id)).join("");
/** What is shown after each of these was there. */
const after = (...seen: string[]): string =>
  drawn(seen.reduce<readonly Row<Person>[]>((rows, ids) => steadied(rows, people(ids)), []));

describe("a list that others act on", () => {
  it.each([
    [["abc"], "abc"],
    [["abc", "bc"], "(a)bc"],
    [["abc", "ac"], "a(b)c"],
    [["abc", "ab"], "ab"],
    [["abc", "bc", "b"], "(a)b"],
    [["abc", "bc", ""], ""],
    [["ab", "b", "bc"], "(a)bc"],
    [["ab", "b", "ba"], "ab"],
    [["ab", "ca"], "a(b)c"],
    [["ab", "c"], "(a)(b)c"],
    [["a", "", "b"], "b"],
  ])("moves nobody who stands below somebody who went: %j", (seen, rows) => {
    expect(after(...seen)).toBe(rows);
  });

  it("shows each as they are now", () => {
    const rows = steadied(steadied([], [{ id: "a", name: "Ana" }]), [{ id: "a", name: "Bea" }]);
    expect(rows).toEqual([{ item: { id: "a", name: "Bea" }, gone: false }]);
  });

  it("does not grow for ever", () => {
    const many = Array.from({ length: 22 }, (_, number) => ({ id: String(number) }));
    const shown = steadied([], many);
    expect(steadied(shown, many.slice(20))).toHaveLength(22);
    expect(drawn(steadied(shown, many.slice(21)))).toBe("21");
  });
});
