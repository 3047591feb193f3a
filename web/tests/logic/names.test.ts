import { describe, expect, it } from "vitest";
import {
  confirmedName,
  isVouched,
  nameIn,
  plainName,
  shortIdentity,
  isScreen,
  SCREEN_NAME,
} from "../../src/logic/names";

const SALT = "0123456789abcdef0123456789abcdef";
const ANA = "speaker-f03f01b66569be0f1a1fcd71";
const proof = (name: unknown, salt: unknown = SALT): string => JSON.stringify({ name, salt });

describe("a name that is shown", () => {
  it.each([
    "Ana",
    "Ana María",
    "李小龍",
    "عمر",
    "نیلوفر می‌خواهد",
    "👩‍🔬 Zoë",
    "नमस्ते",
    "Nguyễn Văn Ắ",
    "O'Neil-Smith, Jr.",
  ])("is %s as written", (name) => expect(plainName(name)).toBe(name));

  it.each([
    ["\u202eOEC", "OEC"],
    ["\u2066Ana\u2069", "Ana"],
    ["A\u200ena\u200f\u061c", "Ana"],
    ["A\u200bn\u2060a\ufeff\u00ad", "Ana"],
    ["A\u200dn\u200ca\u200d", "Ana"],
    ["👩\u200d", "👩"],
    ["👩\u200d\u200d🔬", "👩\u200d🔬"],
    ["Ana\u{e0061}\u{e007f}", "Ana"],
    ["Ana\u3164\u115f\u2800\u034f", "Ana"],
    ["A\x00n\x1b[31ma\x7f\x85", "An[31ma"],
    ["Ana\n(chair)\u2028!", "Ana (chair) !"],
    ["  Ana \u00a0\u3000 B ", "Ana B"],
    ["A\ue000\ufdd0na", "Ana"],
    ["\u200d\u200b", ""],
    ["\u3164", ""],
    [`a${"\u0316".repeat(40)}`, `a${"\u0316".repeat(4)}`],
    ["x".repeat(300), "x".repeat(64)],
    ["👍".repeat(300), "👍".repeat(64)],
    ["A\ud800na", "Ana"],
  ])("leaves out what deceives: %j", (written, shown) => {
    expect(plainName(written)).toBe(shown);
    expect(plainName(shown)).toBe(shown);
  });
});

describe("the name that an identity stands for", () => {
  it("is the one that the service hashed", async () => {
    expect(await confirmedName(ANA, proof("Ana (chair)"))).toBe("Ana (chair)");
    expect(await confirmedName("reader-0bd524d3f2a2bb3f33fe0d94", proof("李小龍 👩‍🔬"))).toBe("李小龍 👩‍🔬");
  });

  it.each([
    "",
    "Ana (chair)",
    "{}",
    "[]",
    "null",
    proof("Bob"),
    proof("Ana (chair)", `${SALT}0`),
    proof("Ana (chair) "),
    proof(["Ana (chair)"]),
    proof("Ana (chair)", 7),
    `${proof("Ana (chair)")}${" ".repeat(500_000)}`,
    "[".repeat(1900),
  ])("is not proved by %.40s", async (metadata) => {
    expect(await confirmedName(ANA, metadata)).toBeNull();
  });

  it("belongs to one identity and one role", async () => {
    expect(await confirmedName("listener-f03f01b66569be0f1a1fcd71", proof("Ana (chair)"))).toBeNull();
    expect(await confirmedName("ana", proof("Ana (chair)"))).toBeNull();
  });

  it("is not known where the browser cannot hash", async () => {
    expect(await confirmedName(ANA, proof("Ana (chair)"), null as unknown as undefined)).toBeNull();
  });
});

it("somebody without a name is shown by a short form of their identity", () => {
  expect([ANA, "ana", "a\u202eb", "\u200b"].map(shortIdentity)).toEqual(["speaker-f03f01", "ana", "ab", "?"]);
  expect([ANA, "speaker-9f3ac21b7d", "agent-AJ_x"].map(isVouched)).toEqual([true, false, false]);
  expect(nameIn(new Map([["ana", "Ana"]]), "ana")).toBe("Ana");
});

it("a screen is known by its role and name; nobody else becomes one by calling themselves so", () => {
  const [reader, speaker] = [`reader-${"a".repeat(24)}`, `speaker-${"a".repeat(24)}`];
  const names = new Map([
    [reader, SCREEN_NAME],
    [speaker, SCREEN_NAME],
    ["reader-of-another-program", SCREEN_NAME],
  ]);

  expect([...names.keys()].filter((identity) => isScreen(identity, names))).toEqual([reader]);
  expect(isScreen(reader, new Map([[reader, "Ana"]]))).toBe(false);
});
