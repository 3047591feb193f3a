import { describe, expect, it } from "vitest";
import examples from "../../../tests/data/signed-captions.json";
import {
  claimedKey,
  isKey,
  SIGNATURE_ATTRIBUTE,
  SignatureCheck,
  SIGNED_ATTRIBUTES,
  statement,
} from "../../src/logic/signatures";

const check = new SignatureCheck(globalThis.crypto.subtle);

interface Stream {
  readonly sender: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The examples of tests/worker/test_signing.py: what the interpreter signs and what the page checks are the same. */
const SIGNED: readonly (Stream & { name: string; statement: string })[] = examples.captions.map((example) => ({
  name: example.name,
  statement: example.statement,
  sender: example.sender,
  text: example.text,
  attributes: { ...(example.attributes as Record<string, string>), [SIGNATURE_ATTRIBUTE]: example.signature },
}));
const ONE = SIGNED[0]!;

const holds = ({ sender, text, attributes }: Stream): Promise<boolean> => check.holds(sender, text, attributes);

describe("what the interpreter has signed", () => {
  it.each(SIGNED)("is stated so, byte for byte: $name", ({ sender, text, attributes, statement: expected }) => {
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(statement(sender, text, attributes))).toBe(expected);
  });

  it.each(SIGNED)("is believed: $name", async (stream) => {
    expect(await holds(stream)).toBe(true);
    expect(claimedKey(stream.attributes)).toBe(examples.public_key);
  });

  it("is believed when a browser has dropped a byte order mark", async () => {
    const marked = SIGNED.find(({ text }) => text.startsWith("\ufeff"))!;

    expect(await holds({ ...marked, text: marked.text.slice(1) })).toBe(true);
  });
});

describe("what anybody else makes of it", () => {
  it.each([
    ["other words", { text: "I have just sold the company." }],
    ["one more blank", { text: `${ONE.text} ` }],
    ["no words", { text: "" }],
    ["another sender", { sender: "eve" }],
    ["a sender with the same beginning", { sender: "ann" }],
    ["the fields divided otherwise", { sender: `${ONE.sender}${ONE.text[0]}`, text: ONE.text.slice(1) }],
  ])("does not hold: %s", async (_, change) => {
    expect(await holds({ ...ONE, ...change })).toBe(false);
  });

  it.each(SIGNED_ATTRIBUTES)("does not hold with %s changed or taken away", async (name) => {
    const { [name]: value, ...without } = ONE.attributes;

    for (const other of ["true", "99"])
      expect(await holds({ ...ONE, attributes: { ...without, [name]: other } })).toBe(false);
    if (value) expect(await holds({ ...ONE, attributes: without })).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["rubbish", "x.y"],
    ["a signature alone", examples.captions[0]!.signature.split(".")[1]!],
    ["another caption's signature", examples.captions[1]!.signature],
    ["another key before it", examples.captions[0]!.signature.replace(/^./, (letter) => (letter === "A" ? "B" : "A"))],
    ["zeros", `${"A".repeat(43)}.${"A".repeat(86)}`],
    ["something very long", "A".repeat(100_000)],
  ])("does not hold: signed with %s", async (_, signature) => {
    expect(await holds({ ...ONE, attributes: { ...ONE.attributes, [SIGNATURE_ATTRIBUTE]: signature } })).toBe(false);
  });
});

describe("a browser that cannot check", () => {
  it("is recognised, and believes nothing", async () => {
    const without = new SignatureCheck(undefined);

    expect([await check.possible(), await without.possible()]).toEqual([true, false]);
    expect(await without.holds(ONE.sender, ONE.text, ONE.attributes)).toBe(false);
  });
});

it("knows the form of a public key", () => {
  expect([examples.public_key, "", "x", "A".repeat(44), `${"A".repeat(42)}=`, "é".repeat(43)].map(isKey)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
