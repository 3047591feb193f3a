import { describe, expect, it } from "vitest";
import example from "../../../tests/data/handed-key.json";
import { keyCheck, readAccess, sealedFor, type Access } from "../../src/logic/handover";
import { bytesOf, netstrings } from "../../src/logic/signatures";

const { key, room, identity, sealing, check } = example;
const ACCESS: Access = { sealing, check, number: 3 };
/** What DER says before the 32 bytes of a private X25519 key. */
const PKCS8 = "302e020100300506032b656e04220420";

/** Opens as the interpreter does (protocol/room_key.py). */
async function opened(sealed: string, agent = identity): Promise<string> {
  const raw = bytesOf(sealed);
  const own = raw.slice(0, 32);
  const der = Uint8Array.from((PKCS8 + example.private_key).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const secret = await crypto.subtle.importKey("pkcs8", der, "X25519", false, ["deriveBits"]);
  const theirs = await crypto.subtle.importKey("raw", own, "X25519", false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, secret, 256);
  const ephemeral = btoa(String.fromCharCode(...own))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const info = netstrings(["HIVE handover 1", room, agent, ephemeral, sealing]);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const derived = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 44 * 8));
  const cipher = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["decrypt"]);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: derived.slice(32) }, cipher, raw.slice(32));
  return new TextDecoder().decode(plain);
}

describe("a key that is handed over", () => {
  it("is opened by the interpreter it is sealed for, as the worker's example is", async () => {
    expect(await opened(example.sealed)).toBe(key);
    const [one, another] = await Promise.all([
      sealedFor(ACCESS, key, room, identity),
      sealedFor(ACCESS, key, room, identity),
    ]);
    expect([await opened(one), await opened(another)]).toEqual([key, key]);
    expect(one).not.toBe(another);
  });

  it("is bound to room and interpreter", async () => {
    await expect(opened(await sealedFor(ACCESS, key, "attic", identity))).rejects.toThrow();
    await expect(opened(await sealedFor(ACCESS, key, room, "agent-2"))).rejects.toThrow();
  });

  it("has the check that the worker states", async () => {
    expect(await keyCheck(key, room)).toBe(check);
    expect(await keyCheck(key, "attic")).not.toBe(check);
  });
});

describe("what an interpreter states", () => {
  const by = { key: example.signing, room, identity };

  it("is believed where its own key has signed it for this room", async () => {
    expect(await readAccess(example.access, by)).toEqual(ACCESS);
  });

  it.each([
    ["another room", { ...by, room: "attic" }],
    ["another agent", { ...by, identity: "agent-2" }],
    ["another key", { ...by, key: "A".repeat(43) }],
  ])("is not believed of %s", async (_, other) => {
    expect(await readAccess(example.access, other)).toBeNull();
  });

  it.each([
    ["nothing", undefined],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["another check", example.access.replace(check, "A".repeat(22))],
    ["no check", example.access.replace(check, "")],
    ["an older number", example.access.replace('"number": 3', '"number": 2')],
    ["another sealing key", example.access.replace(sealing, "A".repeat(43))],
    ["no signature", JSON.stringify({ sealing, check, number: 3 })],
  ])("is not believed with %s", async (_, value) => {
    expect(await readAccess(value, by)).toBeNull();
  });
});
