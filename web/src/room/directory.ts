import { ParticipantKind, RoomEvent, type Participant, type Room } from "livekit-client";
import { confirmedName, isVouched, nameIn, plainName, screenOf, shortIdentity, type Names } from "../logic/names";
import { Store } from "../logic/store";

/** Nobody is forgotten in a meeting; a flood of visitors must not fill the memory either. */
const MOST = 5000;

export function isPerson(participant: Participant): boolean {
  return participant.kind !== ParticipantKind.AGENT && participant.kind !== ParticipantKind.EGRESS;
}

/** What the directory needs to know of somebody. */
type Called = Pick<Participant, "identity" | "metadata">;

/**
 * Who is called what, also after they have left: their words stay in the transcript.
 *
 * A name is given once. Whom the service let in has the name that their identity stands for, whatever they call
 * themselves; others have the name that they came with.
 */
export class Directory {
  readonly names: Store<Names>;
  /** Identities whose proof is being looked at, with that proof. */
  private readonly looking = new Map<string, string>();

  /** `earlier` are the names that this tab knew before. */
  constructor(
    private readonly room: Room,
    earlier: Names = new Map(),
  ) {
    this.names = new Store(earlier);
    const learn = (): void => this.learn();
    room
      .on(RoomEvent.Connected, learn)
      .on(RoomEvent.ParticipantConnected, learn)
      .on(RoomEvent.ParticipantNameChanged, learn)
      .on(RoomEvent.ParticipantMetadataChanged, learn)
      .on(RoomEvent.Reconnected, learn);
  }

  readonly nameOf = (identity: string): string => nameIn(this.names.get(), identity);

  /** What the screen of somebody whose name is known is called, where its sound is interpreted. */
  nameScreen(owner: string, named: (name: string) => string): void {
    const name = this.names.get().get(owner);
    if (name) this.keep([[screenOf(owner), named(name)]]);
  }

  private learn(): void {
    const known = this.names.get();
    const fresh = [this.room.localParticipant, ...this.room.remoteParticipants.values()].filter(
      ({ identity }) => identity !== "" && !known.has(identity),
    );
    // A page that came over plain HTTP cannot look at proofs, and keeps the name that it saw first.
    const canLook = globalThis.crypto?.subtle !== undefined;
    const vouched = (person: Participant): boolean => canLook && isVouched(person.identity);
    for (const person of fresh.filter(vouched)) this.look(person);
    this.keep(
      fresh
        .filter((person) => !vouched(person))
        .map(({ identity, name }) => [identity, plainName(name ?? "") || shortIdentity(identity)]),
    );
  }

  private look({ identity, metadata }: Called): void {
    if (!metadata || this.looking.get(identity) === metadata) return;
    this.looking.set(identity, metadata);
    void confirmedName(identity, metadata).then((name) => name && this.keep([[identity, name]]));
  }

  private keep(called: readonly (readonly [identity: string, name: string])[]): void {
    const names = new Map(this.names.get());
    for (const [identity, name] of called) {
      this.looking.delete(identity);
      if (!names.has(identity) && names.size < MOST) names.set(identity, name);
    }
    if (names.size > this.names.get().size) this.names.set(names);
  }
}
