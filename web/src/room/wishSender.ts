import type { Room } from "livekit-client";
import { Store, type Readable } from "../logic/store";
import { toAttributes, type Wishes } from "../logic/wishes";
import { AttributeSender } from "./attributeSender";

/** Tells the room what the person wishes to speak, hear and read. */
export class WishSender {
  readonly wishes: Store<Wishes>;
  /** True while the server has not taken the newest wish. */
  readonly pending: Readable<boolean>;

  constructor(room: Room, first: Wishes) {
    this.wishes = new Store(first);
    const sender = new AttributeSender(room, () => toAttributes(this.wishes.get()));
    this.pending = sender.pending;
    this.wishes.subscribe(() => void sender.send());
  }
}
