import type { Room } from "livekit-client";
import { describe, expect, it, vi } from "vitest";
import { readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import { tellInteractions } from "../../src/room/interactions";
import type { Microphone } from "../../src/room/meeting";
import { FakeRoom } from "../fakes/room";

const WISHES: Wishes = { speak: "de", listen: "off", read: { mode: "off", language: "de" }, push: "always" };
const interpreter = (traced: string): Interpreter => readInterpreter("agent", { "translator.traced": traced });

function page(traced: string) {
  const room = new FakeRoom();
  const wishes = new Store<Wishes>(WISHES);
  const microphone = new Store<Microphone>({ state: "off" });
  tellInteractions(room as unknown as Room, new Store(interpreter(traced)), wishes, microphone);
  room.connect();
  return { wishes, microphone, told: () => room.localParticipant.attributes["translator.interaction"] };
}

describe("what a person did", () => {
  it("is told to an interpreter that traces: whenever they begin to speak or choose a language", async () => {
    const { wishes, microphone, told } = page("on");
    const form = (kind: string) => new RegExp(`^${kind} [0-9]{13} 00-[0-9a-f]{32}-[0-9a-f]{16}-01$`);
    const newest = async (kind: string, before?: string) => {
      await vi.waitFor(() => expect(told()).toMatch(form(kind)));
      await vi.waitFor(() => expect(told()).not.toBe(before));
      return told();
    };

    wishes.set({ ...WISHES, listen: "es" });
    const chosen = await newest("listen");
    microphone.set({ state: "on" });
    const opened = await newest("speak", chosen);
    microphone.set({ state: "off" });
    wishes.set({ ...WISHES, listen: "es", push: "released" });
    expect(told()).toBe(opened);
    wishes.set({ ...WISHES, listen: "es", push: "pressed" });
    const pressed = await newest("speak", opened);
    wishes.set({ ...WISHES, listen: "es", read: { mode: "both", language: "es" }, push: "pressed" });
    await newest("listen", pressed);
  });

  it.each(["", "off"])("is told to nobody else: %s", (traced) => {
    const { wishes, microphone, told } = page(traced);
    wishes.set({ ...WISHES, listen: "es" });
    microphone.set({ state: "on" });
    expect(told()).toBeUndefined();
  });
});
