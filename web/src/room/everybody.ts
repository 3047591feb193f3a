import { RoomEvent, type Participant, type Room } from "livekit-client";
import { isPerson } from "./directory";

/** The people in the room, this one first. */
export function everybody({ localParticipant, remoteParticipants }: Room): readonly Participant[] {
  return [localParticipant, ...[...remoteParticipants.values()].filter(isPerson)];
}

/** Looks whenever somebody comes, goes or changes what they say of themselves. */
export function lookAtEverybody(room: Room, look: () => void): void {
  room
    .on(RoomEvent.Connected, look)
    .on(RoomEvent.Reconnected, look)
    .on(RoomEvent.ParticipantConnected, look)
    .on(RoomEvent.ParticipantDisconnected, look)
    .on(RoomEvent.ParticipantAttributesChanged, look)
    .on(RoomEvent.Disconnected, look);
}
