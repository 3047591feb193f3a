import { RoomEvent, type Room } from "livekit-client";
import type { Admission } from "../logic/api";
import { recordingRule } from "../logic/recording";
import { Store, type Readable } from "../logic/store";

/** Whether people may record what they hear: what the service said last, to everybody in the room or to this person. */
export class RecordingRule {
  readonly allowed: Store<boolean>;

  constructor(
    private readonly room: Pick<Room, "on" | "metadata">,
    private readonly admission: Readable<Admission>,
  ) {
    this.allowed = new Store(this.told());
    const look = (): void => this.allowed.set(this.told());
    admission.subscribe(look);
    room.on(RoomEvent.Connected, look).on(RoomEvent.Reconnected, look).on(RoomEvent.RoomMetadataChanged, look);
  }

  /** A service that knows no such rule allows it. */
  private told(): boolean {
    return recordingRule(this.room.metadata) ?? this.admission.get().recording_allowed !== false;
  }
}
