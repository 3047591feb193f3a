import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HAND, REACTION, REQUEST } from "../../src/logic/signs";
import { Hands } from "../../src/room/hands";
import { Reactions } from "../../src/room/reactions";
import { INTERPRETER_REQUEST_MS, REQUEST_MS, Requests } from "../../src/room/requests";
import { FakeRoom, person } from "../fakes/room";

let room: FakeRoom;
let nowMs: number;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  room = new FakeRoom();
  nowMs = 1_000_000;
});
afterEach(() => vi.useRealTimers());

describe("raised hands", () => {
  let hands: Hands;

  beforeEach(async () => {
    hands = new Hands(room as unknown as Room, () => nowMs);
    room.connect();
    await settle();
  });

  it("stand in the order of raising, this person's among them", async () => {
    for (const identity of ["ana", "bob", "eve"]) room.comes(person(identity));
    room.changes("bob", { [HAND]: "999000" });
    nowMs += 5000;
    hands.set(true);
    await settle();
    nowMs += 30_000;
    room.changes("ana", { [HAND]: String(nowMs) });
    room.changes("eve", { [HAND]: "1" }); // says that it was before all others

    expect(hands.raised.get()).toEqual(["bob", "me", "eve", "ana"]);
    expect(room.localParticipant.attributes).toEqual({ [HAND]: "1005000" });
  });

  it("come down by oneself, and with who leaves", async () => {
    room.comes(person("ana"));
    room.changes("ana", { [HAND]: "1000000" });
    hands.set(true);
    await settle();
    hands.set(false);
    await settle();
    expect([hands.raised.get(), room.localParticipant.attributes]).toEqual([["ana"], {}]);
    room.goes("ana");

    expect(hands.raised.get()).toEqual([]);
  });

  it("come down when an organiser lowers them, and stay down", async () => {
    hands.set(true);
    await settle();
    room.serverSays({ [HAND]: "" });
    await settle();

    expect([hands.raised.get(), room.localParticipant.attributes, room.asked.length]).toEqual([[], {}, 1]);
  });

  it("stay up over a connection that is made again", async () => {
    hands.set(true);
    await settle();
    room.emit(RoomEvent.Reconnecting);
    room.localParticipant.attributes = {};
    room.connect(RoomEvent.Reconnected);
    await settle();

    expect([hands.raised.get(), room.localParticipant.attributes]).toEqual([["me"], { [HAND]: "1000000" }]);
  });

  it("are those of people, and no others", () => {
    room.comes(person("agent", { [HAND]: "1" }, ParticipantKind.AGENT));
    room.comes(person("eve", { [HAND]: "soon" }));

    expect(hands.raised.get()).toEqual([]);
  });

  it("are told of only where they change", () => {
    let told = 0;
    hands.raised.subscribe(() => (told += 1));
    room.comes(person("ana", { [HAND]: "1" }));
    for (let at = 0; at < 50; at += 1) room.changes("ana", { [HAND]: "1", "translator.listen": String(at) });

    expect(told).toBe(1);
  });
});

describe("reactions", () => {
  let reactions: Reactions;
  const shown = () => reactions.shown.get().map(({ identity, sign }) => `${identity} ${sign}`);

  beforeEach(async () => {
    reactions = new Reactions(room as unknown as Room);
    room.connect();
    room.comes(person("ana"));
    await settle();
  });

  it("are seen for a moment, and the same one again", async () => {
    room.changes("ana", { [REACTION]: "👍 1" });
    room.changes("ana", { [REACTION]: "👍 1", language: "es" });
    room.changes("ana", { [REACTION]: "👍 2" });
    expect(shown()).toEqual(["ana 👍", "ana 👍"]);
    await vi.advanceTimersByTimeAsync(4000);

    expect(shown()).toEqual([]);
  });

  it("of this person are shown to the others and taken away again", async () => {
    reactions.show("🎉");
    await settle();
    expect([shown(), room.localParticipant.attributes]).toEqual([["me 🎉"], { [REACTION]: "🎉 1" }]);
    await vi.advanceTimersByTimeAsync(4000);

    expect([shown(), room.localParticipant.attributes]).toEqual([[], {}]);
  });

  it("are few of one person, here and there", () => {
    for (let at = 0; at < 30; at += 1) room.changes("ana", { [REACTION]: `👍 ${at}` });
    expect(shown()).toHaveLength(3);
    expect(Array.from({ length: 5 }, () => reactions.show("👏"))).toEqual([true, true, true, false, false]);
  });

  it("that are old, or none, are not shown", () => {
    room.comes(person("bob", { [REACTION]: "👍 1" }));
    room.changes("ana", { [REACTION]: "<script> 1" });

    expect(shown()).toEqual([]);
  });
});

describe("requests to who speaks", () => {
  let requests: Requests;
  const speaks = (identity: string) =>
    room.emit(RoomEvent.ActiveSpeakersChanged, [room.remoteParticipants.get(identity)]);

  beforeEach(async () => {
    requests = new Requests(room as unknown as Room);
    room.connect();
    room.comes(person("ana"));
    room.comes(person("bob"));
    await settle();
  });

  it("go to who speaks or spoke last, and end by themselves", async () => {
    expect(requests.ask("repeat")).toBe(false);
    speaks("ana");
    room.emit(RoomEvent.ActiveSpeakersChanged, []);
    expect(requests.ask("slower")).toBe(true);
    await settle();
    expect(room.localParticipant.attributes).toEqual({ [REQUEST]: "slower 1 ana" });
    expect(requests.made.get()).toEqual([{ from: "me", kind: "slower", to: "ana" }]);
    await vi.advanceTimersByTimeAsync(REQUEST_MS);

    expect([requests.made.get(), room.localParticipant.attributes]).toEqual([[], {}]);
  });

  it("of one person count once, the newest, for a while, whatever their page goes on to show", async () => {
    room.changes("bob", { [REQUEST]: "repeat 1 me" });
    room.changes("bob", { [REQUEST]: "slower 2 me" });
    expect(requests.made.get()).toEqual([{ from: "bob", kind: "slower", to: "me" }]);
    await vi.advanceTimersByTimeAsync(REQUEST_MS);

    expect(requests.made.get()).toEqual([]);
  });

  it("are few of one person", () => {
    let told = 0;
    requests.made.subscribe(() => (told += 1));
    for (let at = 0; at < 40; at += 1) room.changes("bob", { [REQUEST]: `repeat ${at} me` });

    expect(told).toBe(3);
  });

  it("end with who made them, and when they are taken back", () => {
    room.changes("bob", { [REQUEST]: "repeat 1 me" });
    room.changes("ana", { [REQUEST]: "repeat 1 me" });
    room.goes("bob");
    room.changes("ana", { [REQUEST]: "" });

    expect(requests.made.get()).toEqual([]);
  });

  it("are not made to an interpreter, nor to who has left", () => {
    room.comes(person("agent", {}, ParticipantKind.AGENT));
    speaks("agent");
    expect(requests.speaker.get()).toBeNull();
    speaks("ana");
    room.goes("ana");

    expect(requests.speaker.get()).toBeNull();
  });
});

describe("a wish for an interpreter", () => {
  let requests: Requests;

  beforeEach(async () => {
    requests = new Requests(room as unknown as Room);
    room.connect();
    await settle();
  });

  it("is made to nobody in particular, whether somebody has spoken or not, and lasts until one may have come", async () => {
    expect(requests.askForInterpreter()).toBe(true);
    await settle();
    expect(room.localParticipant.attributes).toEqual({ [REQUEST]: "interpreter 1" });
    await vi.advanceTimersByTimeAsync(INTERPRETER_REQUEST_MS - 1);
    expect(requests.made.get()).toEqual([{ from: "me", kind: "interpreter", to: "" }]);
    await vi.advanceTimersByTimeAsync(1);

    expect([requests.made.get(), room.localParticipant.attributes]).toEqual([[], {}]);
  });

  it("counts also where it is older than who sees it, and goes with who made it", () => {
    room.comes(person("ana", { [REQUEST]: "interpreter 1" }));
    room.comes(person("bob", { [REQUEST]: "slower 1 ana" }));
    expect(requests.made.get()).toEqual([{ from: "ana", kind: "interpreter", to: "" }]);
    room.goes("ana");

    expect(requests.made.get()).toEqual([]);
  });

  it("is bounded, and is nothing else that begins alike", () => {
    room.comes(person("ana"));
    let told = 0;
    requests.made.subscribe(() => (told += 1));
    for (const value of ["interpreter", "interpreter x", "interpreter 1 ana", "interpreters 1", "interpreter 1 "]) {
      room.changes("ana", { [REQUEST]: value });
    }
    const refused = told;
    for (let at = 0; at < 40; at += 1) room.changes("ana", { [REQUEST]: `interpreter ${at}` });

    expect([refused, told]).toEqual([0, 3]);
    const mine = [1, 2, 3, 4].map(() => requests.askForInterpreter());
    expect(mine).toEqual([true, true, true, false]);
  });
});
