import { RoomEvent, Track, type Participant, type Room, type TrackPublication } from "livekit-client";
import { HOST_TOPIC, readHostMessage, type HostMessage } from "../logic/hostSigns";
import { Store } from "../logic/store";

/** What an organiser did to this person; `by` is the organiser's identity. */
export interface HostNotice {
  readonly what: "muted" | "appointed" | "dismissed";
  readonly by: string;
}

/** How long the word that this person was muted may come before or after the muting itself. */
const TOGETHER_MS = 10_000;

interface HostInputs {
  /** An organiser closed this person's microphone. */
  readonly onMuted: () => void;
  /** This person may do other things from now on, which the service alone says. */
  readonly onRights: () => void;
}

/** Hears what organisers do to this person, and that somebody became an organiser or is none any more. */
export class HostSigns {
  readonly notice = new Store<HostNotice | null>(null);
  /** Grows each time that the list of organisers may have changed. */
  readonly changes = new Store(0);
  private muted: { readonly by: string; readonly atMs: number } | null = null;

  constructor(
    private readonly room: Pick<Room, "on" | "localParticipant">,
    private readonly inputs: HostInputs,
    private readonly now: () => number = () => performance.now(),
  ) {
    const mine = (publication: TrackPublication, { isLocal }: Participant): boolean =>
      isLocal && publication.source === Track.Source.Microphone;
    room
      // Only what the server sends itself has no sender.
      .on(RoomEvent.DataReceived, (payload, sender, _, topic) => {
        const message = topic === HOST_TOPIC && !sender ? readHostMessage(payload) : null;
        if (message) this.hear(message);
      })
      .on(RoomEvent.TrackMuted, (...track) => mine(...track) && this.look())
      .on(RoomEvent.TrackUnmuted, (...track) => mine(...track) && this.unmuted())
      .on(RoomEvent.Reconnected, () => this.changed()); // what was said meanwhile is lost
  }

  dismiss(): void {
    this.notice.set(null);
  }

  private hear(message: HostMessage): void {
    if (message.type === "muted") {
      this.muted = { by: message.by, atMs: this.now() };
      this.look();
      return;
    }
    const { identity, organises, by } = message;
    if (identity === this.room.localParticipant.identity) {
      this.notice.set({ what: organises ? "appointed" : "dismissed", by });
      this.inputs.onRights();
    }
    this.changed();
  }

  /** The muting and the word of it come by different ways, in either order. */
  private look(): void {
    const { muted } = this;
    if (!muted || this.room.localParticipant.isMicrophoneEnabled) return;
    this.muted = null;
    if (this.now() - muted.atMs > TOGETHER_MS) return;
    this.notice.set({ what: "muted", by: muted.by });
    this.inputs.onMuted();
  }

  private unmuted(): void {
    this.muted = null;
    if (this.notice.get()?.what === "muted") this.notice.set(null);
  }

  private changed(): void {
    this.changes.update((count) => count + 1);
  }
}
