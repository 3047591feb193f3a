import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { beforeEach, describe, expect, it } from "vitest";
import { Store } from "../../src/logic/store";
import type { Recording } from "../../src/room/recorder";
import { RecordingSigns } from "../../src/room/recordingSigns";
import { FakeRoom, person } from "../fakes/room";

const RECORDING: Recording = { state: "recording", sinceMs: 0 };
const ON = { "translator.recording": "on" };

describe("the sign that somebody records", () => {
  let room: FakeRoom;
  let own: Store<Recording>;
  let signs: RecordingSigns;
  const settle = () => new Promise((resolve) => setTimeout(resolve));

  beforeEach(() => {
    room = new FakeRoom();
    own = new Store<Recording>({ state: "idle" });
    signs = new RecordingSigns(room as unknown as Room, own);
    room.connect();
  });

  it.each([
    ["it was stopped", { state: "ready", blob: new Blob(["x"]), extension: "webm", seconds: 1, saved: false }],
    ["it failed", { state: "failed" }],
  ] as const)("is set while this page records, and taken back when %s", async (_, after) => {
    await settle();
    expect(room.asked).toEqual([]);
    own.set(RECORDING);
    await settle();
    expect([room.asked, room.localParticipant.attributes]).toEqual([[ON], ON]);
    own.set(after);
    await settle();

    expect([room.asked.at(-1), room.localParticipant.attributes]).toEqual([{ "translator.recording": "" }, {}]);
    expect(signs.recording.get()).toEqual([]);
  });

  it.each([RoomEvent.Connected, RoomEvent.Reconnected] as const)(
    "is set again after %s if it still records",
    async (event) => {
      own.set(RECORDING);
      await settle();
      room.localParticipant.attributes = {};
      room.connect(event);
      await settle();

      expect(room.asked).toEqual([ON, ON]);
    },
  );

  it("is taken back after a connection that it survived without reason", async () => {
    room.localParticipant.attributes = ON; // the token of the next connection may still have it
    room.connect();
    await settle();

    expect(room.localParticipant.attributes).toEqual({});
  });

  it("is seen of everybody who shows it, of oneself first", async () => {
    room.comes(person("ana", ON));
    room.comes(person("bob"));
    expect(signs.recording.get()).toEqual(["ana"]);
    own.set(RECORDING);
    room.changes("bob", ON);
    expect(signs.recording.get()).toEqual(["me", "ana", "bob"]);
    room.goes("ana");
    room.changes("bob", { "translator.recording": "" });

    expect(signs.recording.get()).toEqual(["me"]);
  });

  it.each(["", "ON", "true", "on,on", " on", "x".repeat(50_000)])("is nothing else than it is: %#", (value) => {
    room.comes(person("eve", { "translator.recording": value }));

    expect(signs.recording.get()).toEqual([]);
  });

  it.each([ParticipantKind.AGENT, ParticipantKind.EGRESS])("is a person's: %s", (kind) => {
    room.comes(person("other", ON, kind));

    expect(signs.recording.get()).toEqual([]);
  });

  it("is told of only where it changes", () => {
    let told = 0;
    signs.recording.subscribe(() => (told += 1));
    room.comes(person("ana", ON));
    for (let at = 0; at < 50; at += 1) room.changes("ana", { ...ON, "translator.listen": String(at) });

    expect(told).toBe(1);
  });
});
