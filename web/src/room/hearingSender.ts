import type { Room } from "livekit-client";
import { hearingAttributes, NO_CHOICES, readSingle, writeSingle, type HearingChoices } from "../logic/hearing";
import type { Interpreter } from "../logic/interpreter";
import { offerOf, UNKNOWN } from "../logic/offer";
import { Store, type Readable } from "../logic/store";
import { AttributeSender } from "./attributeSender";
import { guarded } from "./guarded";

const PREFIX = "hive.hearing.";

/** What was chosen on an earlier visit, of anybody. */
export type KeptHearing = Pick<HearingChoices, "understands" | "voice">;

/** Tells the room what the person chose of hearing; what they chose for single persons is kept while the tab lives. */
export class HearingSender {
  readonly choices: Store<HearingChoices>;

  constructor(room: Room, name: string, first: KeptHearing | undefined, interpreter: Readable<Interpreter>) {
    const kept = guarded(() => window.sessionStorage.getItem(PREFIX + name)) ?? "";
    this.choices = new Store<HearingChoices>({ ...NO_CHOICES, ...first, ...readSingle(kept) });
    const sender = new AttributeSender(room, () =>
      hearingAttributes(this.choices.get(), offerOf(UNKNOWN, interpreter.get()).read),
    );
    this.choices.subscribe(() => {
      guarded(() => window.sessionStorage.setItem(PREFIX + name, writeSingle(this.choices.get())));
      void sender.send();
    });
    interpreter.subscribe(() => void sender.send());
  }
}
