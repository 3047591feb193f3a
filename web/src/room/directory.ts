import { ParticipantKind, RoomEvent, type Participant, type Room } from "livekit-client";
import { confirmedName, isVouched, nameIn, plainName, shortIdentity, type Names } from "../logic/names";
import { Store } from "../logic/store";

/** Nobody is forgotten in a meeting; a flood of visitors must not fill the memory either. */
const MOST = 5000;

export function isPerson(participant: Participant): boolean {
  return participant.kind !== ParticipantKind.AGENT && participant.kind !== ParticipantKind.EGRESS;
}

/** What the directory needs to know of somebody. */
export type Called = Pick<Participant, "identity" | "name" | "metadata">;

/**
 * Who is called what, also after they have left: their words stay in the transcript.
 *
 * A name is given once. Whom the service let in has the name that their identity stands for, whatever they call
 * themselves; others have the name that they came with.
 */
export class Directory {
  readonly names = new Store<Names>(new Map());
  /** Identities whose proof is being looked at, with that proof. */
  private readonly looking = new Map<string, string>();

  constructor(private readonly room: Room) {
    const learn = (): void => this.learn();
    room
      .on(RoomEvent.Connected, learn)
      .on(RoomEvent.ParticipantConnected, learn)
      .on(RoomEvent.ParticipantNameChanged, learn)
      .on(RoomEvent.ParticipantMetadataChanged, learn)
      .on(RoomEvent.Reconnected, learn);
  }

  readonly nameOf = (identity: string): string => nameIn(this.names.get(), identity);

  private learn(): void {
    for (const person of [this.room.localParticipant, ...this.room.remoteParticipants.values()]) {
      if (person.identity && !this.names.get().has(person.identity)) this.meet(person);
    }
  }

  private meet({ identity, name, metadata }: Called): void {
    if (!isVouched(identity) || !globalThis.crypto?.subtle) {
      // A page that came over plain HTTP cannot look at proofs, and keeps the name that it saw first.
      this.keep(identity, plainName(name ?? "") || shortIdentity(identity));
    } else if (metadata && this.looking.get(identity) !== metadata) {
      this.looking.set(identity, metadata);
      void confirmedName(identity, metadata).then((confirmed) => confirmed && this.keep(identity, confirmed));
    }
  }

  private keep(identity: string, name: string): void {
    this.looking.delete(identity);
    this.names.update((names) => {
      if (names.has(identity) || names.size >= MOST) return names;
      return new Map(names).set(identity, name);
    });
  }
}
