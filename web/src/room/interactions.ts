import type { Room } from "livekit-client";
import type { Interpreter } from "../logic/interpreter";
import type { Readable } from "../logic/store";
import { interactionAttribute, type InteractionKind } from "../logic/tracing";
import type { Wishes } from "../logic/wishes";
import { AttributeSender } from "./attributeSender";
import type { Microphone } from "./meeting";

/** Tells an interpreter that traces what the person did, and when: that they began to speak, or chose a language. */
export function tellInteractions(
  room: Room,
  interpreter: Readable<Interpreter>,
  wishes: Readable<Wishes>,
  microphone: Readable<Microphone>,
): void {
  let newest = "";
  const sender = new AttributeSender(room, () => (newest ? { "translator.interaction": newest } : {}));
  const did = (kind: InteractionKind): void => {
    const now = interpreter.get();
    if (!now.present || !now.traced) return;
    newest = interactionAttribute(kind, Date.now());
    void sender.send();
  };
  let before = wishes.get();
  wishes.subscribe(() => {
    const { listen, read, push } = wishes.get();
    if (push === "pressed" && before.push !== "pressed") did("speak");
    else if (listen !== before.listen || read.mode !== before.read.mode || read.language !== before.read.language)
      did("listen");
    before = wishes.get();
  });
  let was = microphone.get().state;
  microphone.subscribe(() => {
    const { state } = microphone.get();
    if (state === "on" && was !== "on") did("speak");
    was = state;
  });
}
