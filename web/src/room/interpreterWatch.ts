import { RoomEvent, type Room } from "livekit-client";
import { ABSENT, isInterpreter, readInterpreter, type Interpreter } from "../logic/interpreter";
import { Store } from "../logic/store";

/** Follows the interpreter's own attributes. */
export class InterpreterWatch {
  readonly state = new Store<Interpreter>(ABSENT);

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
      .filter((participant) => participant.isAgent && isInterpreter(participant.attributes))
      .sort((a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0));
    const agent = agents.at(-1);
    this.state.set(agent ? readInterpreter(agent.identity, agent.attributes) : ABSENT);
  }
}
