import { ConnectionState, RoomEvent, type Participant, type Room } from "livekit-client";
import { HAND, handOf, raisedAtMs } from "../logic/signs";
import { Store } from "../logic/store";
import { AttributeSender } from "./attributeSender";
import { everybody, lookAtEverybody } from "./everybody";

/** Who has raised their hand, in the order of raising; everybody sees the same of those who were there. */
export class Hands {
  /** Identities, who waits longest first. */
  readonly raised = new Store<readonly string[]>([]);
  private readonly sender: AttributeSender;
  /** When this person raised theirs; null while it is down. */
  private mine: number | null = null;
  /** Whether the server has taken it: if it is then gone, an organiser has lowered it. */
  private taken = false;
  private readonly seen = new Map<string, { claimedMs: number | null; atMs: number }>();

  /** `now` is in milliseconds since the epoch. */
  constructor(
    private readonly room: Room,
    private readonly now: () => number,
  ) {
    // Before the sender looks: it would raise again what an organiser has lowered.
    const forget = (): void => void (this.taken = false);
    room
      .on(RoomEvent.Reconnecting, forget)
      .on(RoomEvent.Reconnected, forget)
      .on(RoomEvent.Disconnected, forget)
      .on(RoomEvent.ParticipantAttributesChanged, (_, who: Participant) => who.isLocal && this.lookAtMine());
    this.sender = new AttributeSender(room, () => ({ [HAND]: this.mine === null ? "" : String(this.mine) }));
    lookAtEverybody(room, () => this.look());
  }

  set(raised: boolean): void {
    if (raised === (this.mine !== null)) return;
    this.mine = raised ? Math.round(this.now()) : null;
    this.taken = false;
    void this.sender.send();
    this.look();
  }

  private lookAtMine(): void {
    if (this.mine === null || this.room.state !== ConnectionState.Connected) return;
    const shown = handOf(this.room.localParticipant.attributes);
    if (shown === this.mine) this.taken = true;
    else if (shown === null && this.taken) this.mine = null;
  }

  private look(): void {
    const people = everybody(this.room);
    const here = new Set(people.map(({ identity }) => identity));
    for (const identity of this.seen.keys()) if (!here.has(identity)) this.seen.delete(identity);
    const raised = people
      .map((person) => ({ identity: person.identity, atMs: this.raisedAt(person) }))
      .filter((hand): hand is { identity: string; atMs: number } => hand.atMs !== null)
      .sort((one, other) => one.atMs - other.atMs || one.identity.localeCompare(other.identity))
      .map(({ identity }) => identity);
    const known = this.raised.get();
    const same = known.length === raised.length && known.every((identity, at) => identity === raised[at]);
    if (!same) this.raised.set(raised);
  }

  private raisedAt(person: Participant): number | null {
    if (person.isLocal) return this.mine;
    const claimedMs = handOf(person.attributes);
    const before = this.seen.get(person.identity);
    if (!before || before.claimedMs !== claimedMs) {
      const joinedMs = person.joinedAt?.getTime() ?? 0;
      const atMs = claimedMs === null ? 0 : raisedAtMs(claimedMs, this.now(), joinedMs, before !== undefined);
      this.seen.set(person.identity, { claimedMs, atMs });
    }
    return claimedMs === null ? null : (this.seen.get(person.identity)?.atMs ?? null);
  }
}
