// @vitest-environment jsdom
import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Organising } from "../../src/logic/api";
import { keyCheck, openedNext, sealedNext } from "../../src/logic/handover";
import { newRoomKey } from "../../src/logic/roomKey";
import { netstrings } from "../../src/logic/signatures";
import { Encryption, secrecyOf, type Recipient } from "../../src/room/encryption";
import { FakeRoom, person } from "../fakes/room";

vi.mock("livekit-client/e2ee-worker?worker", () => ({
  default: class {
    postMessage(): void {}
    terminate(): void {}
  },
}));

const KEY = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM";
const OTHER = `A${KEY.slice(1)}`;
const SEALING = "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9_AsrhtHHw";

let room: FakeRoom;
let encryption: Encryption;
let pair: CryptoKeyPair;
let publicKey: string;
let published: string[];

const base64url = (raw: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(raw)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

beforeEach(async () => {
  vi.stubGlobal("RTCRtpScriptTransform", class {});
  pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  publicKey = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  window.history.replaceState(null, "", `/join#abc&key=${KEY}`);
  room = new FakeRoom();
  published = [];
  Object.assign(room, { setE2EEEnabled: vi.fn(() => Promise.resolve()) });
  Object.assign(room.localParticipant, {
    identity: "organiser-1",
    publishData: (data: Uint8Array) => {
      published.push(new TextDecoder().decode(data));
      return Promise.resolve();
    },
  });
  encryption = await Encryption.open(KEY);
  await encryption.follow(room as unknown as Room, "hall");
  room.connect();
});
afterEach(() => {
  encryption.close();
  vi.unstubAllGlobals();
  window.history.replaceState(null, "", "/");
});

/** What an interpreter says of itself, holding this key or none. */
async function stating(key: string | null, change: Record<string, string> = {}): Promise<Record<string, string>> {
  const check = key === null ? "" : await keyCheck(key, "hall");
  const stated = netstrings(["HIVE access 1", "hall", "agent-1", SEALING, check, "1"]);
  const signature = `${publicKey}.${base64url(await crypto.subtle.sign("Ed25519", pair.privateKey, stated))}`;
  return {
    "translator.role": "interpreter",
    "translator.key": publicKey,
    "translator.access": JSON.stringify({ sealing: SEALING, check, number: 1, signature }),
    ...change,
  };
}
const someone = (identity: string, attributes: Record<string, string>, kind = ParticipantKind.AGENT) =>
  Object.assign(person(identity, attributes, kind), { trackPublications: new Map() });
const state = (expected: string) =>
  vi.waitFor(() => expect(encryption.secrecy.get().state).toBe(expected), { timeout: 5000 });
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe("who can hear an encrypted meeting", () => {
  it("is said by the interpreter, signed", async () => {
    room.comes(someone("agent-1", await stating(null)));
    await vi.waitFor(() => expect(encryption.secrecy.get().interpreter?.access.check).toBe(""));
    expect(encryption.secrecy.get().state).toBe("deaf");
    room.changes("agent-1", await stating(KEY));
    await state("hears");
    room.changes("agent-1", await stating(OTHER));
    await state("other-key");
    room.goes("agent-1");
    await state("deaf");
  });

  it("is not said by a guest, nor for another agent", async () => {
    room.comes(someone("eve", await stating(KEY), ParticipantKind.STANDARD));
    room.comes(someone("agent-2", await stating(KEY)));
    room.comes(someone("agent-1", await stating(KEY, { "translator.key": SEALING })));
    await settled();
    expect(encryption.secrecy.get()).toEqual({ state: "deaf", interpreter: null });
  });

  it("shows by words that come encrypted, whatever an agent states", async () => {
    room.comes(someone("agent-1", await stating(null)));
    encryption.prove("eve");
    await settled();
    expect(encryption.secrecy.get().state).toBe("deaf");
    encryption.prove("agent-1");
    await state("hears");
  });

  it.each([
    [["", "own"], false, "hears", "own"],
    [["", "other"], false, "other-key", "other"],
    [["own", ""], false, "hears", "own"],
    [[""], true, "hears", ""],
    [[], false, "deaf", undefined],
  ] as const)("of several agents: %j", (checks, proved, expected, check) => {
    const stated = checks.map((each): Recipient => ({
      identity: each,
      access: { sealing: "", check: each, number: 0 },
    }));
    const secrecy = secrecyOf(stated, "own", proved);
    expect([secrecy.state, secrecy.interpreter?.access.check]).toEqual([expected, check]);
  });
});

describe("the key", () => {
  const arrives = async (key: string, from: string, before = KEY): Promise<void> => {
    const sealed = new TextEncoder().encode(await sealedNext(before, key, "hall"));
    room.emit(RoomEvent.DataReceived, sealed, person(from), 0, "translator.key");
  };

  it("is taken anew from an organiser, and kept in the address", async () => {
    await arrives(OTHER, "organiser-2");
    await vi.waitFor(() => expect(encryption.key.get()).toBe(OTHER));
    expect(window.location.hash).toBe(`#abc&key=${OTHER}`);
  });

  it.each([
    ["a guest", OTHER, "speaker-1", KEY],
    ["somebody without the key", OTHER, "organiser-2", OTHER],
    ["an organiser who sends something else", "no key", "organiser-2", KEY],
  ])("is not taken from %s", async (_, key, from, before) => {
    await arrives(key, from, before);
    await settled();
    expect(encryption.key.get()).toBe(KEY);
  });

  it("is changed for all who are here, and for an interpreter that hears", async () => {
    room.comes(someone("agent-1", await stating(KEY)));
    await state("hears");
    const handed: string[] = [];
    const organising = {
      handOverKey: async (identity: string) => {
        handed.push(identity);
        room.changes("agent-1", await stating(encryption.key.get()));
      },
    } as unknown as Organising;
    await encryption.change(organising);
    expect(published.length).toBe(1);
    expect(await openedNext(KEY, published[0] ?? "", "hall")).toBe(encryption.key.get());
    expect(encryption.key.get()).not.toBe(KEY);
    expect(handed).toEqual(["agent-1"]);
    await state("hears");
  });

  it("that does not fit is said of those it does not open, until it is changed", async () => {
    const fails = (message: string): void => room.emit(RoomEvent.EncryptionError, new Error(message), person("luc"));
    for (let times = 0; times < 5; times += 1) fails("MissingKey: not derived yet");
    for (let times = 0; times < 4; times += 1) fails("InvalidKey: it changes just now");
    expect(encryption.unreadable.get()).toEqual([]);
    fails("InvalidKey: still");
    expect(encryption.unreadable.get()).toEqual(["luc"]);
    await arrives(newRoomKey(), "organiser-2");
    await vi.waitFor(() => expect(encryption.unreadable.get()).toEqual([]));
  });

  it("is nothing for a browser that cannot encrypt", async () => {
    vi.unstubAllGlobals();
    await expect(Encryption.open(KEY)).rejects.toMatchObject({ code: "encryption_unsupported" });
  });
});
