import { ParticipantKind, RoomEvent, Track, type Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Passages } from "../../src/logic/captionLog";
import { NO_CHOICES, overriding, withVolume, type HearingChoices } from "../../src/logic/hearing";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import { Listening } from "../../src/room/listening";
import type { Mixer } from "../../src/room/mixer";
import { WordsWatch } from "../../src/room/wordsWatch";
import { FakeRoom, person } from "../fakes/room";

const WISHES: Wishes = { speak: "es", listen: "es", read: { mode: "off", language: "es" }, push: "always" };

/** Remembers how each track is played. */
class FakeMixer {
  readonly played = new Map<string, { volume: number; understood?: boolean }>();
  addOriginal = (id: string, _: unknown, understood: boolean) => this.played.set(id, { volume: 1, understood });
  addTranslation = (id: string) => this.played.set(id, { volume: 1 });
  setUnderstood = (id: string, understood: boolean) => this.change(id, { understood });
  setVolume = (id: string, volume: number) => this.change(id, { volume });
  remove = (id: string) => this.played.delete(id);

  private change(id: string, change: object): void {
    const before = this.played.get(id);
    if (before) this.played.set(id, { ...before, ...change });
  }
}

class FakePublication {
  kind = Track.Kind.Audio;
  isDesired = false;
  track: { mediaStreamTrack: { id: string } } | undefined;

  constructor(
    readonly trackSid: string,
    readonly trackName: string,
  ) {}

  setSubscribed(wanted: boolean): void {
    this.isDesired = wanted;
    this.track = wanted ? { mediaStreamTrack: { id: `${this.trackSid}-track` } } : undefined;
  }
}

function publishing(identity: string, attributes: Record<string, string>, ...names: string[]) {
  const isAgent = identity === "agent";
  return Object.assign(person(identity, attributes, isAgent ? ParticipantKind.AGENT : ParticipantKind.STANDARD), {
    isAgent,
    trackPublications: new Map(names.map((name) => [name, new FakePublication(name, name)])),
  });
}

describe("what a listener hears", () => {
  let room: FakeRoom;
  const interpreter = new Store<Interpreter>(readInterpreter("agent", { "translator.languages": '["en","es","fr"]' }));
  let mixer: FakeMixer;
  let wishes: Store<Wishes>;
  let choices: Store<HearingChoices>;
  let words: WordsWatch;
  let listening: Listening;
  let said: Record<string, string>;
  const passages = new Store({} as Passages);

  const tell = (language: string, speaker: string, inMs = 0, identity = "agent"): void => {
    const data = new TextEncoder().encode(JSON.stringify({ language, speaker, in_ms: inMs }));
    const from = room.remoteParticipants.get(identity);
    room.emit(RoomEvent.DataReceived, data, from, undefined, "translator.words", undefined, identity);
  };
  const volume = (track: string): number | undefined => mixer.played.get(track)?.volume;
  const understood = (track: string): boolean | undefined => mixer.played.get(track)?.understood;

  beforeEach(() => {
    vi.useFakeTimers();
    room = new FakeRoom();
    room.comes(publishing("ana", { "translator.speak": "en" }, "ana"));
    room.comes(publishing("carl", { "translator.speak": "fr" }, "carl"));
    room.comes(publishing("agent", {}, "translated-es", "translated-en", "translated-fr"));
    mixer = new FakeMixer();
    wishes = new Store(WISHES);
    choices = new Store(NO_CHOICES);
    said = {};
    passages.set({ lastBy: (who: string) => said[who] && { sourceLanguage: said[who] } } as unknown as Passages);
    words = new WordsWatch(room as unknown as Room, interpreter);
    listening = new Listening(room as unknown as Room, mixer as unknown as Mixer, {
      wishes,
      choices,
      speakers: words.speakers,
      interpreter,
      passages,
      hears: true,
    });
    room.emit(RoomEvent.Connected);
  });
  afterEach(() => {
    listening.close();
    words.close();
    vi.useRealTimers();
  });

  it("is everybody, and of the channels the one in their language, whoever's words sound there", () => {
    expect([...mixer.played.keys()]).toEqual(["ana", "carl", "translated-es"]);
    tell("es", "ana");
    expect(volume("translated-es")).toBe(1);
    tell("es", "carl");
    expect(volume("translated-es")).toBe(1);
    expect([understood("ana"), understood("carl")]).toEqual([false, false]);
  });

  it("is the original of who speaks the second language, and not the translation that others hear of them", () => {
    choices.update((before) => ({ ...before, understands: "fr" }));
    expect([understood("ana"), understood("carl")]).toEqual([false, true]);
    tell("es", "carl");
    expect(volume("translated-es")).toBe(0);
    tell("es", "ana");
    expect(volume("translated-es")).toBe(1);
  });

  it("is the second language too where only the words tell that it is spoken", () => {
    room.changes("carl", { "translator.speak": "auto" });
    choices.update((before) => ({ ...before, understands: "fr" }));
    tell("es", "carl");
    expect([understood("carl"), volume("translated-es")]).toEqual([false, 1]);
    said["carl"] = "fr";
    passages.set({ ...passages.get() });
    expect([understood("carl"), volume("translated-es")]).toEqual([true, 0]);
  });

  it("is one person in the original and another one in a language of their own, on a channel that only they need", () => {
    choices.set(overriding(overriding(NO_CHOICES, "ana", "original"), "carl", "en"));
    expect([...mixer.played.keys()].sort()).toEqual(["ana", "carl", "translated-en", "translated-es"]);
    expect([understood("ana"), understood("carl")]).toEqual([true, false]);
    expect(volume("translated-en")).toBe(0); // nobody has said yet whose words those are
    tell("en", "carl");
    tell("es", "carl");
    expect([volume("translated-en"), volume("translated-es")]).toEqual([1, 0]);
    tell("en", "ana");
    tell("es", "ana");
    expect([volume("translated-en"), volume("translated-es")]).toEqual([0, 0]);
    choices.set(NO_CHOICES);
    expect([volume("translated-en"), volume("translated-es")]).toEqual([undefined, 1]);
  });

  it("is one person translated where originals are heard", () => {
    wishes.update((before) => ({ ...before, listen: "off" }));
    choices.set(overriding(NO_CHOICES, "carl", "es"));
    tell("es", "carl");
    expect([understood("ana"), understood("carl"), volume("translated-es")]).toEqual([true, false, 1]);
    tell("es", "ana");
    expect(volume("translated-es")).toBe(0);
  });

  it("is as loud as each person was set to, in the original and in translation", () => {
    choices.set(withVolume(withVolume(NO_CHOICES, "ana", 0.4), "carl", 0));
    tell("es", "ana");
    expect([volume("ana"), volume("carl"), volume("translated-es")]).toEqual([0.4, 0, 0.4]);
    tell("es", "carl");
    expect(volume("translated-es")).toBe(0);
  });

  it("is never their own words translated", () => {
    tell("es", room.localParticipant.identity);
    expect(volume("translated-es")).toBe(0);
  });

  it("changes when the words do: at once behind silence, else when those before have been heard", () => {
    choices.set(overriding(NO_CHOICES, "carl", "original"));
    tell("es", "ana");
    tell("es", "carl", 400);
    vi.advanceTimersByTime(450);
    expect(volume("translated-es")).toBe(1);
    vi.advanceTimersByTime(100);
    expect(volume("translated-es")).toBe(0);
  });

  it("is as the words tell that come before the interpreter is seen, which tells each thing once", () => {
    const known = interpreter.get();
    interpreter.set(ABSENT);
    room.goes("agent");
    tell("en", "ana");
    vi.advanceTimersByTime(4000);
    tell("es", "ana");
    tell("es", "carl", 0, "eve");
    tell("fr", "carl", 2500);
    vi.advanceTimersByTime(2000);
    interpreter.set(known);
    expect([...words.speakers.get()]).toEqual([["es", "ana"]]);
    vi.advanceTimersByTime(600);
    expect([...words.speakers.get().keys()]).toEqual(["es", "fr"]);
  });

  it("believes nobody but the interpreter", () => {
    choices.set(overriding(NO_CHOICES, "carl", "original"));
    tell("es", "ana");
    tell("es", "carl", 0, "ana");
    room.emit(RoomEvent.DataReceived, new Uint8Array([1]), undefined, undefined, "translator.words");
    expect(words.speakers.get().get("es")).toBe("ana");
    for (let at = 0; at < 300; at += 1) tell(`x${String.fromCharCode(97 + (at % 26))}-a${at}`, "eve", 5000);
    expect(words.speakers.get().size).toBe(100);
    vi.advanceTimersByTime(6000);
    expect(words.speakers.get().size).toBe(100);
  });
});
