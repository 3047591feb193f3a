import { expect, test } from "vitest";
import { Figures } from "../../src/admin/figures";
import { line, roundUp } from "../../src/admin/plotting";

test("the top of a plot is a round number that nothing exceeds", () => {
  expect([0, -1, NaN, 0.3, 1, 1.01, 4.2, 5, 99, 2000].map(roundUp)).toEqual([1, 1, 1, 0.5, 1, 2, 5, 5, 100, 2000]);
});

test("a line breaks where nothing was measured, and what stands alone is a dot", () => {
  expect(line([0, 5, 10], 10)).toBe("M0.0 120.0L160.0 60.0L320.0 0.0");
  expect(line([1, null, 10, 10, null], 10)).toBe("M0.0 108.0h0.1M160.0 0.0L240.0 0.0");
  expect(line([5], 10)).toBe("M160.0 60.0h0.1");
  expect(line([null, null], 10)).toBe("");
  expect(line([20, -3], 10)).toBe("M0.0 0.0L320.0 120.0");
});

const english = new Figures("en", "no change");

test("figures are written with their units, and what was not measured as a dash", () => {
  const { written } = english;
  const all = [
    written(null, "ms"),
    written(1234.6, "count"),
    written(0.1234, "share"),
    written(999, "ms"),
    written(1500, "ms"),
    written(4.125, "rating"),
    written(18.04, "db"),
    written(1.5 * 2 ** 30, "bytes"),
  ];
  expect(all.join(" ").replaceAll("\u00a0", " ")).toBe("– 1,235 12.3% 999 ms 1.5 s 4.13 18 dB 1.5 GiB");
});

test("changes and differences have a sign", () => {
  expect([0.5, -0.031, 0.001, null].map(english.changed)).toEqual(["+50%", "−3%", "no change", ""]);
  const { difference } = english;
  expect([difference(0.25, "rating"), difference(-0.5, "latency"), difference(0, "rating")]).toEqual([
    "+0.25",
    "−50%",
    "0",
  ]);
});

test("every language writes them its own way", () => {
  const german = new Figures("de", "unverändert");
  expect([german.written(1234.5, "rate"), german.written(0.5, "share"), german.changed(0)]).toEqual([
    "1.234,5",
    "50\u00a0%",
    "unverändert",
  ]);
  expect(new Figures("ar", "").written(1500, "ms")).toMatch(/^\u2066.*\u00a0s\u2069$/);
  expect(german.moment(Date.parse("2027-01-15T08:00:00Z"))).toContain("Jan");
  expect(german.moment(NaN)).toBe("–");
});
