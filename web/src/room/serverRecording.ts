import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { isInterpreter } from "../logic/interpreter";
import { hasRecordingSign } from "../logic/recording";
import { Store } from "../logic/store";

/** Whether the meeting is being recorded on the server: by its interpreter, or by LiveKit's egress. */
export class ServerRecording {
  readonly running = new Store(false);

  constructor(private readonly room: Pick<Room, "on" | "remoteParticipants" | "isRecording">) {
    const look = (): void => this.running.set(this.look());
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.Reconnected, look)
      .on(RoomEvent.ParticipantConnected, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.ParticipantAttributesChanged, look)
      .on(RoomEvent.RecordingStatusChanged, look)
      .on(RoomEvent.Disconnected, () => this.running.set(false));
  }

  /** No token of a guest makes an agent: nobody else can show the sign. */
  private look(): boolean {
    const agents = [...this.room.remoteParticipants.values()].filter(({ kind }) => kind === ParticipantKind.AGENT);
    return (
      this.room.isRecording ||
      agents.some(({ attributes }) => isInterpreter(attributes) && hasRecordingSign(attributes))
    );
  }
}
