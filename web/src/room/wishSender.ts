import { ConnectionState, RoomEvent, type Room } from "livekit-client";
import { Store } from "../logic/store";
import { changedAttributes, type Wishes } from "../logic/wishes";

/** Keeps the attributes on the server equal to what the person wishes. */
export class WishSender {
  readonly wishes: Store<Wishes>;
  /** True while the server has not taken the newest wish. */
  readonly pending = new Store(false);
  private sending = false;

  constructor(
    private readonly room: Room,
    first: Wishes,
  ) {
    this.wishes = new Store(first);
    this.wishes.subscribe(() => void this.send());
    room.on(RoomEvent.Connected, () => void this.send()).on(RoomEvent.Reconnected, () => void this.send());
  }

  /** One call at a time; what changed meanwhile goes with the next. */
  private async send(): Promise<void> {
    if (this.sending || this.room.state !== ConnectionState.Connected) return;
    this.sending = true;
    this.pending.set(true);
    try {
      let changed = this.changed();
      while (Object.keys(changed).length > 0) {
        await this.room.localParticipant.setAttributes(changed);
        const rest = this.changed();
        // The server answers before its update of our own attributes arrives: do not send the same again.
        changed = Object.fromEntries(Object.entries(rest).filter(([key, value]) => changed[key] !== value));
      }
      this.pending.set(false);
    } catch (error) {
      // Refused or out of time; sent again with the next wish or the next connection. `pending` says so.
      console.warn("the language choice did not reach the server", error);
    } finally {
      this.sending = false;
    }
  }

  private changed(): Record<string, string> {
    return changedAttributes(this.wishes.get(), this.room.localParticipant.attributes);
  }
}
