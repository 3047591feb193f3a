import { ConnectionState, ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { ABSENT, isInterpreter, isStandby, keyOf, readInterpreter, type Interpreter } from "../logic/interpreter";
import { Store } from "../logic/store";

/** Interpreters of one visit whose captions are believed; the newest ones. */
const MOST_KEYS = 50;
/** The server tells of who is in a room up to 3 s late. */
const SETTLED_AFTER_MS = 5000;

/** Whether there is an interpreter, as people are told. "replaced": another one stands by to take over. */
export type Presence = "unseen" | "here" | "left" | "replaced" | "back";

/** Follows the interpreter's own attributes. Nobody else counts: no token of a guest makes an agent. */
export class InterpreterWatch {
  readonly state = new Store<Interpreter>(ABSENT);
  readonly presence = new Store<Presence>("unseen");
  /** Public keys of the interpreters that are or were here: captions may come in after one has left. */
  readonly keys = new Store<ReadonlySet<string>>(new Set());
  /** Those of `keys` whose interpreters are not here any more. */
  readonly gone = new Store<ReadonlySet<string>>(new Set());
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly room: Room) {
    const look = (): void => this.look();
    const settle = (): void => this.settle();
    room
      .on(RoomEvent.Connected, settle)
      .on(RoomEvent.Reconnected, settle)
      .on(RoomEvent.ParticipantConnected, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.ParticipantAttributesChanged, look)
      .on(RoomEvent.Disconnected, () => {
        clearTimeout(this.settling);
        this.settling = undefined;
        this.look();
      });
  }

  /** After a connection, who is not seen yet is not taken for gone. */
  private settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.settling = undefined;
      this.look();
    }, SETTLED_AFTER_MS);
    this.look();
  }

  private look(): void {
    // While one interpreter takes over from another both may be there; the newer one joined last.
    const all = [...this.room.remoteParticipants.values()].filter(({ kind }) => kind === ParticipantKind.AGENT);
    const agents = all
      .filter(({ attributes }) => isInterpreter(attributes))
      .sort((a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0));
    const agent = agents.at(-1);
    this.learn(agents.map(({ attributes }) => keyOf(attributes)).filter((key) => key !== null));
    this.state.set(agent ? readInterpreter(agent.identity, agent.attributes) : ABSENT);
    this.follow(
      agent !== undefined,
      all.some(({ attributes }) => isStandby(attributes)),
    );
  }

  private learn(here: readonly string[]): void {
    const known = this.keys.get();
    if (here.some((key) => !known.has(key))) this.keys.set(new Set([...known, ...here].slice(-MOST_KEYS)));
    if (!this.isSettled()) return;
    const gone = new Set([...this.keys.get()].filter((key) => !here.includes(key)));
    const before = this.gone.get();
    if (gone.size !== before.size || [...gone].some((key) => !before.has(key))) this.gone.set(gone);
  }

  private follow(here: boolean, standsBy: boolean): void {
    const before = this.presence.get();
    const away = before === "left" || before === "replaced";
    if (here) this.presence.set(away ? "back" : before === "unseen" ? "here" : before);
    else if (before !== "unseen" && this.isSettled()) this.presence.set(standsBy ? "replaced" : "left");
  }

  /** Whether it is known who is in the room: this page is connected, and has been for a moment. */
  private isSettled(): boolean {
    return this.room.state === ConnectionState.Connected && this.settling === undefined;
  }
}
