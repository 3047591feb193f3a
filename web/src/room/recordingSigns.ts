import { RoomEvent, type Room } from "livekit-client";
import { hasRecordingSign, recordingSign } from "../logic/recording";
import { Store, type Readable } from "../logic/store";
import { AttributeSender } from "./attributeSender";
import { isPerson } from "./directory";
import type { Recording } from "./recorder";

/** Shows the others while this page records, and whose pages do. */
export class RecordingSigns {
  /** Identities of everybody who records what they hear, this person first. */
  readonly recording = new Store<readonly string[]>([]);

  constructor(
    private readonly room: Room,
    private readonly own: Readable<Recording>,
  ) {
    const sender = new AttributeSender(room, () => recordingSign(this.isRecording()));
    own.subscribe(() => {
      this.look();
      void sender.send();
    });
    const look = (): void => this.look();
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.Reconnected, look)
      .on(RoomEvent.ParticipantConnected, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.ParticipantAttributesChanged, look)
      .on(RoomEvent.Disconnected, look);
  }

  private isRecording(): boolean {
    return this.own.get().state === "recording";
  }

  private look(): void {
    const { localParticipant, remoteParticipants } = this.room;
    const others = [...remoteParticipants.values()].filter((one) => isPerson(one) && hasRecordingSign(one.attributes));
    const recording = [...(this.isRecording() ? [localParticipant] : []), ...others].map(({ identity }) => identity);
    const same = (known: readonly string[]): boolean =>
      known.length === recording.length && known.every((identity, at) => identity === recording[at]);
    this.recording.update((known) => (same(known) ? known : recording));
  }
}
