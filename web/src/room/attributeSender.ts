import { ConnectionState, RoomEvent, type Participant, type Room } from "livekit-client";
import { Store } from "../logic/store";
import { changedAttributes, type Attributes } from "../logic/wishes";

const AGAIN_MS = 5000;

/** Keeps some of this participant's attributes on the server equal to what the page wants them to be. */
export class AttributeSender {
  /** True while the server has not taken what is wanted. */
  readonly pending = new Store(false);
  private sending = false;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly room: Room,
    private readonly wanted: () => Attributes,
  ) {
    room
      .on(RoomEvent.Connected, () => void this.send())
      .on(RoomEvent.Reconnected, () => void this.send())
      // What was wanted may have changed back before the server's word of the change came.
      .on(RoomEvent.ParticipantAttributesChanged, (_, who: Participant) => who.isLocal && void this.send());
  }

  /** One call at a time; what changed meanwhile goes with the next. */
  async send(): Promise<void> {
    if (this.sending || this.room.state !== ConnectionState.Connected) return;
    clearTimeout(this.again);
    this.sending = true;
    try {
      let changed = this.changed();
      while (Object.keys(changed).length > 0) {
        this.pending.set(true);
        await this.room.localParticipant.setAttributes(changed);
        const rest = this.changed();
        // The server answers before its update of our own attributes arrives: do not send the same again.
        changed = Object.fromEntries(Object.entries(rest).filter(([key, value]) => changed[key] !== value));
      }
      this.pending.set(false);
    } catch (error) {
      // Refused, out of time, or the connection broke meanwhile. `pending` says so.
      console.warn("an attribute did not reach the server", error);
      this.again = setTimeout(() => void this.send(), AGAIN_MS);
    } finally {
      this.sending = false;
    }
  }

  private changed(): Record<string, string> {
    return changedAttributes(this.wanted(), this.room.localParticipant.attributes);
  }
}
