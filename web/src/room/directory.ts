import { ParticipantKind, RoomEvent, type Participant, type Room } from "livekit-client";
import { Store } from "../logic/store";

export type Names = ReadonlyMap<string, string>;

export function isPerson(participant: Participant): boolean {
  return participant.kind !== ParticipantKind.AGENT && participant.kind !== ParticipantKind.EGRESS;
}

/** Who is called what, also after they have left: their words stay in the transcript. */
export class Directory {
  readonly names = new Store<Names>(new Map());

  constructor(private readonly room: Room) {
    const learn = (): void => this.learn();
    room
      .on(RoomEvent.Connected, learn)
      .on(RoomEvent.ParticipantConnected, learn)
      .on(RoomEvent.ParticipantNameChanged, learn)
      .on(RoomEvent.Reconnected, learn);
  }

  readonly nameOf = (identity: string): string => this.names.get().get(identity) ?? identity;

  private learn(): void {
    const names = new Map(this.names.get());
    for (const person of [this.room.localParticipant, ...this.room.remoteParticipants.values()]) {
      if (person.identity) names.set(person.identity, person.name || person.identity);
    }
    this.names.set(names);
  }
}
