/** A scripted room: a test says who is in it and what the server does with attributes. */

import { ConnectionState, ParticipantKind, RoomEvent } from "livekit-client";

type Attributes = Readonly<Record<string, string>>;

export interface FakePerson {
  readonly identity: string;
  readonly kind: ParticipantKind;
  readonly isLocal: boolean;
  attributes: Attributes;
}

export function person(identity: string, attributes: Attributes = {}, kind = ParticipantKind.STANDARD): FakePerson {
  return { identity, kind, isLocal: false, attributes };
}

export class FakeRoom {
  state = ConnectionState.Disconnected;
  metadata: string | undefined;
  readonly remoteParticipants = new Map<string, FakePerson>();
  /** What was asked of the server. */
  readonly asked: Attributes[] = [];
  /** The server's answer to each call; a test may refuse, or wait. */
  answer: () => Promise<void> = () => Promise.resolve();
  readonly localParticipant: FakePerson & { setAttributes(change: Attributes): Promise<void> };
  private readonly handlers = new Map<string, ((...what: unknown[]) => void)[]>();

  constructor() {
    this.localParticipant = {
      ...person("me"),
      isLocal: true,
      setAttributes: async (change) => {
        this.asked.push(change);
        await this.answer();
        this.serverSays(change);
      },
    };
  }

  on(event: string, handler: (...what: unknown[]) => void): this {
    this.handlers.set(event, [...(this.handlers.get(event) ?? []), handler]);
    return this;
  }

  emit(event: string, ...what: unknown[]): void {
    for (const handler of this.handlers.get(event) ?? []) handler(...what);
  }

  connect(event: RoomEvent.Connected | RoomEvent.Reconnected = RoomEvent.Connected): void {
    this.state = ConnectionState.Connected;
    this.emit(event);
  }

  /** The server's word of this participant's own attributes; an empty value takes one away. */
  serverSays(change: Attributes): void {
    const all = Object.entries({ ...this.localParticipant.attributes, ...change });
    this.localParticipant.attributes = Object.fromEntries(all.filter(([, value]) => value !== ""));
    this.emit(RoomEvent.ParticipantAttributesChanged, change, this.localParticipant);
  }

  comes(one: FakePerson): void {
    this.remoteParticipants.set(one.identity, one);
    this.emit(RoomEvent.ParticipantConnected, one);
  }

  changes(identity: string, attributes: Attributes): void {
    const one = this.remoteParticipants.get(identity);
    if (!one) throw new Error(`nobody is called ${identity}`);
    one.attributes = attributes;
    this.emit(RoomEvent.ParticipantAttributesChanged, attributes, one);
  }

  goes(identity: string): void {
    const one = this.remoteParticipants.get(identity);
    this.remoteParticipants.delete(identity);
    this.emit(RoomEvent.ParticipantDisconnected, one);
  }

  saysOfItself(metadata: string): void {
    this.metadata = metadata;
    this.emit(RoomEvent.RoomMetadataChanged, metadata);
  }
}
