import type { Room } from "livekit-client";
import type { Interpreter } from "../logic/interpreter";
import { offerOf, UNKNOWN } from "../logic/offer";
import { Store, type Readable } from "../logic/store";
import { askedOf, toAttributes, type Wishes } from "../logic/wishes";
import { AttributeSender } from "./attributeSender";

/**
 * Tells the room what the person wishes to speak, hear and read.
 *
 * A language that the interpreter does not offer is asked for as soon as it does.
 */
export class WishSender {
  readonly wishes: Store<Wishes>;
  /** True while the server has not taken the newest wish. */
  readonly pending: Readable<boolean>;

  constructor(room: Room, first: Wishes, interpreter: Readable<Interpreter>) {
    this.wishes = new Store(first);
    const asked = (): Wishes => askedOf(this.wishes.get(), offerOf(UNKNOWN, interpreter.get()).read);
    const sender = new AttributeSender(room, () => toAttributes(asked()));
    this.pending = sender.pending;
    this.wishes.subscribe(() => void sender.send());
    interpreter.subscribe(() => void sender.send());
  }
}
