import type { Room } from "livekit-client";
import { describe, expect, it, vi } from "vitest";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import { WishSender } from "../../src/room/wishSender";
import { FakeRoom } from "../fakes/room";

const GERMAN: Wishes = {
  speak: "de",
  listen: "de",
  read: { mode: "translation", language: "de" },
  push: "always",
};

const offering = (...languages: string[]): Interpreter =>
  readInterpreter("agent", { "translator.languages": JSON.stringify(languages) });

describe("the wishes of a person", () => {
  it("become what the interpreter offers, and what was wished again once it offers that", async () => {
    const room = new FakeRoom();
    const interpreter = new Store<Interpreter>(ABSENT);
    const sender = new WishSender(room as unknown as Room, GERMAN, interpreter);
    const known = () => {
      const { "translator.listen": listen, "translator.captions": captions } = room.localParticipant.attributes;
      return [listen, captions];
    };
    room.connect();
    await vi.waitFor(() => expect(known()).toEqual(["de", "de,original"]));

    interpreter.set(offering("en", "es"));
    await vi.waitFor(() => expect(known()).toEqual(["off", "original"]));
    expect(sender.wishes.get()).toBe(GERMAN);

    interpreter.set(offering("de", "en", "es"));
    await vi.waitFor(() => expect(known()).toEqual(["de", "de,original"]));
  });
});
