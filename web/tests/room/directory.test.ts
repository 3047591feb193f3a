import { RoomEvent, type Room } from "livekit-client";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Directory } from "../../src/room/directory";

const SALT = "0123456789abcdef0123456789abcdef";
const ANA = "speaker-f03f01b66569be0f1a1fcd71";
const PROOF = JSON.stringify({ name: "Ana (chair)", salt: SALT });

/** A room with people, whose names and metadata anybody may change: of it a directory uses no more. */
class People {
  private readonly listeners = new Map<string, () => void>();
  readonly localParticipant = { identity: "", name: "", metadata: "" };
  readonly remoteParticipants = new Map<string, { identity: string; name?: string; metadata?: string }>();

  on(event: string, listener: () => void): this {
    this.listeners.set(event, listener);
    return this;
  }

  emit(event: string): void {
    this.listeners.get(event)?.();
  }

  comes(identity: string, name: string, metadata = ""): void {
    this.remoteParticipants.set(identity, { identity, name, metadata });
    this.emit(RoomEvent.ParticipantConnected);
  }

  changes(identity: string, change: { name?: string; metadata?: string }): void {
    Object.assign(this.remoteParticipants.get(identity) ?? {}, change);
    this.emit("name" in change ? RoomEvent.ParticipantNameChanged : RoomEvent.ParticipantMetadataChanged);
  }
}

let people: People;
let directory: Directory;
beforeEach(() => {
  people = new People();
  directory = new Directory(people as unknown as Room);
});

describe("somebody whom the service let in", () => {
  it("has the name that they joined with, whatever they call themselves then", async () => {
    people.comes(ANA, "Ana (chair)", PROOF);
    await vi.waitFor(() => expect(directory.nameOf(ANA)).toBe("Ana (chair)"));
    for (const name of ["Bob", "\u202eOEC", "x".repeat(256), ""]) people.changes(ANA, { name });
    people.changes(ANA, { metadata: JSON.stringify({ name: "Bob", salt: SALT }) });
    people.changes(ANA, { metadata: "x".repeat(500_000) });

    expect(directory.nameOf(ANA)).toBe("Ana (chair)");
  });

  it("has that name also for who comes after they called themselves another", async () => {
    people.comes(ANA, "Bob", PROOF);
    await vi.waitFor(() => expect(directory.nameOf(ANA)).toBe("Ana (chair)"));
  });

  it("has none where they took the proof away, and gets it back with it", async () => {
    people.comes(ANA, "Bob", JSON.stringify({ name: "Bob", salt: SALT }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(directory.nameOf(ANA)).toBe("speaker-f03f01");
    people.changes(ANA, { metadata: PROOF });
    await vi.waitFor(() => expect(directory.nameOf(ANA)).toBe("Ana (chair)"));
  });

  it("does not get another's name by copying it", async () => {
    const eve = "listener-000000000000000000000000";
    people.comes(eve, "Ana (chair)", PROOF);
    people.comes(ANA, "Ana (chair)", PROOF);
    await vi.waitFor(() => expect(directory.nameOf(ANA)).toBe("Ana (chair)"));
    expect(directory.nameOf(eve)).toBe("listener-000000");
  });
});

describe("somebody with a token of another service", () => {
  it("keeps the name that they came with", () => {
    people.comes("bob", "Bob");
    people.changes("bob", { name: "Ana (chair)" });
    expect(directory.nameOf("bob")).toBe("Bob");
  });

  it("has no name that deceives", () => {
    people.comes("eve", "\u202eEve\u0000");
    people.comes("max", "x".repeat(256));
    people.comes("zoe", "\u200b");
    expect(["eve", "max", "zoe", "unknown"].map(directory.nameOf)).toEqual(["Eve", "x".repeat(64), "zoe", "unknown"]);
  });

  it("keeps it after they left", () => {
    people.comes("bob", "Bob");
    people.remoteParticipants.clear();
    people.emit(RoomEvent.Reconnected);
    expect(directory.nameOf("bob")).toBe("Bob");
  });
});

it("a flood of visitors does not fill the memory", () => {
  for (let n = 0; n < 5100; n += 1) people.remoteParticipants.set(`p${n}`, { identity: `p${n}`, name: `P ${n}` });
  people.emit(RoomEvent.Connected);
  expect(directory.names.get().size).toBe(5000);
});
