// @vitest-environment jsdom
import { ParticipantKind, RoomEvent, type Participant, type Room } from "livekit-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { NO_BOOTHS } from "../../src/logic/booths";
import type { Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import { WaitRings } from "../../src/room/waitRings";
import { FakeRoom, person, type FakePerson } from "../fakes/room";

const LISTENED_TO: Interpreter = {
  present: true,
  identity: "agent",
  state: "speaking",
  languages: ["es", "fr"],
  abilities: { recognised: null, read: null, heard: null, likened: null },
  channels: [
    { language: "es", track: "translated-es", listeners: 2, lagS: null, state: "open", speaking: true },
    { language: "fr", track: "translated-fr", listeners: 1, lagS: null, state: "open", speaking: false },
  ],
  profile: "",
  reports: [],
  encrypted: null,
  booths: NO_BOOTHS,
  turn: null,
  likenesses: null,
  traced: false,
};

const ana = person("ana");
const luc = person("luc");
const agent = person("agent", {}, ParticipantKind.AGENT);
let room: FakeRoom & { activeSpeakers: readonly FakePerson[] };
let interpreter: Store<Interpreter>;
let rings: WaitRings;

function speak(...speakers: readonly FakePerson[]): void {
  room.activeSpeakers = speakers;
  room.emit(RoomEvent.ActiveSpeakersChanged, speakers as unknown as Participant[]);
}
const shown = (): Record<string, number> => Object.fromEntries(rings.waiting.get());
const pass = (ms: number): unknown => vi.advanceTimersByTime(ms);

beforeEach(() => {
  vi.useFakeTimers();
  room = Object.assign(new FakeRoom(), { activeSpeakers: [] as FakePerson[] });
  for (const one of [ana, luc, agent]) room.comes(one);
  interpreter = new Store(LISTENED_TO);
  rings = new WaitRings(room as unknown as Room, interpreter, () => Date.now());
});
afterEach(() => {
  rings.close();
  vi.useRealTimers();
});

it("who has stopped speaking has a ring while others still listen to their words, and not before", () => {
  speak(ana, agent);
  pass(1000);
  expect(shown()).toEqual({});
  speak(agent);
  pass(800);
  expect(shown()).toEqual({ ana: 2 });
  interpreter.set({ ...LISTENED_TO, state: "listening" });
  pass(1500);
  expect(shown()).toEqual({});
});

it("whoever speaks next takes the ring away, and leaving does too", () => {
  speak(ana);
  pass(1000);
  speak();
  pass(800);
  speak(luc);
  pass(1000);
  expect(shown()).toEqual({});
  speak();
  pass(800);
  expect(shown()).toEqual({ luc: 2 });
  room.goes("luc");
  pass(400);
  expect(shown()).toEqual({});
});

it("nothing is looked at while nobody has spoken for long, and an interpreter is no speaker", () => {
  expect(vi.getTimerCount()).toBe(0);
  speak(agent);
  expect(vi.getTimerCount()).toBe(0);
  speak(ana);
  pass(1000);
  speak();
  pass(31_000);
  expect([vi.getTimerCount(), shown()]).toEqual([0, {}]);
});
