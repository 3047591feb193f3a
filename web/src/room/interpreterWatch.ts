import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { ABSENT, isInterpreter, keyOf, readInterpreter, type Interpreter } from "../logic/interpreter";
import { Store } from "../logic/store";

/** Interpreters of one visit whose captions are believed; the newest ones. */
const MOST_KEYS = 50;

/** Follows the interpreter's own attributes. Nobody else counts: no token of a guest makes an agent. */
export class InterpreterWatch {
  readonly state = new Store<Interpreter>(ABSENT);
  /** Public keys of the interpreters that are or were here: captions may come in after one has left. */
  readonly keys = new Store<ReadonlySet<string>>(new Set());

  constructor(private readonly room: Room) {
    const look = (): void => this.look();
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.Reconnected, look)
      .on(RoomEvent.ParticipantConnected, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.ParticipantAttributesChanged, look)
      .on(RoomEvent.Disconnected, look);
  }

  private look(): void {
    // While one interpreter takes over from another both may be there; the newer one joined last.
    const agents = [...this.room.remoteParticipants.values()]
      .filter(({ kind, attributes }) => kind === ParticipantKind.AGENT && isInterpreter(attributes))
      .sort((a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0));
    const keys = agents.map(({ attributes }) => keyOf(attributes)).filter((key) => key !== null);
    if (keys.some((key) => !this.keys.get().has(key))) {
      this.keys.update((known) => new Set([...known, ...keys].slice(-MOST_KEYS)));
    }
    const agent = agents.at(-1);
    this.state.set(agent ? readInterpreter(agent.identity, agent.attributes) : ABSENT);
  }
}
