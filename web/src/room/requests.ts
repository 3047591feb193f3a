import { RoomEvent, type Participant, type Room } from "livekit-client";
import { Budgets } from "../logic/budget";
import { FOR_INTERPRETER, REQUEST, requestOf, requestValue, type RequestKind, type RequestSign } from "../logic/signs";
import { Store } from "../logic/store";
import { AttributeSender } from "./attributeSender";
import { isPerson } from "./directory";
import { everybody, lookAtEverybody } from "./everybody";

export interface Request extends RequestSign {
  readonly from: string;
}

/** How long a request holds. */
export const REQUEST_MS = 20_000;
/** An interpreter is wished for until one comes: an organiser may be busy, or come later. */
export const INTERPRETER_REQUEST_MS = 5 * 60_000;
/** Of one person: a new request takes the place of their last. */
const AT_ONCE = 3;
const PER_SECOND = 0.1;

/** What listeners ask of who speaks, to repeat or to speak more slowly, and of organisers: an interpreter. */
export class Requests {
  /** Of everybody, this person's own among them. */
  readonly made = new Store<readonly Request[]>([]);
  /** Who speaks, or spoke last, besides this person; null where nobody has. */
  readonly speaker = new Store<string | null>(null);
  private readonly sender: AttributeSender;
  private readonly budgets = new Budgets(AT_ONCE, PER_SECOND);
  private readonly seen = new Map<string, string>();
  private readonly ends = new Map<string, ReturnType<typeof setTimeout>>();
  private mine = "";
  private count = 0;

  constructor(private readonly room: Room) {
    this.sender = new AttributeSender(room, () => ({ [REQUEST]: this.mine }));
    lookAtEverybody(room, () => this.look());
    room.on(RoomEvent.ActiveSpeakersChanged, (speakers: Participant[]) => this.lookAtSpeakers(speakers));
  }

  /** False where nobody speaks, or this person has asked too often just now. */
  ask(kind: RequestKind): boolean {
    const to = this.speaker.get();
    return to !== null && this.make({ kind, to });
  }

  /** False where this person has asked too often just now. */
  askForInterpreter(): boolean {
    return this.make({ kind: FOR_INTERPRETER, to: "" });
  }

  private make(sign: RequestSign): boolean {
    const { identity } = this.room.localParticipant;
    if (!this.budgets.take(identity, performance.now())) return false;
    this.mine = requestValue(sign, (this.count += 1));
    this.put({ from: identity, ...sign });
    void this.sender.send();
    return true;
  }

  private lookAtSpeakers(speakers: readonly Participant[]): void {
    const speaker = speakers.find((one) => !one.isLocal && isPerson(one));
    if (speaker) this.speaker.set(speaker.identity);
  }

  private look(): void {
    const people = everybody(this.room);
    const here = new Set(people.map(({ identity }) => identity));
    for (const identity of this.seen.keys()) if (!here.has(identity)) this.seen.delete(identity);
    for (const { from } of this.made.get()) if (!here.has(from)) this.end(from);
    for (const person of people) if (!person.isLocal) this.lookAt(person);
    const speaker = this.speaker.get();
    if (speaker !== null && !here.has(speaker)) this.speaker.set(null);
  }

  private lookAt({ identity, attributes }: Participant): void {
    const request = requestOf(attributes);
    const value = request === null ? "" : (attributes[REQUEST] ?? "");
    const before = this.seen.get(identity);
    this.seen.set(identity, value);
    if (before === value) return;
    if (request === null) this.end(identity);
    // What somebody asks of a speaker already when they are seen first is old.
    else if (
      (before !== undefined || request.kind === FOR_INTERPRETER) &&
      this.budgets.take(identity, performance.now())
    ) {
      this.put({ from: identity, ...request });
    }
  }

  private put(request: Request): void {
    clearTimeout(this.ends.get(request.from));
    this.ends.set(
      request.from,
      setTimeout(() => this.end(request.from), request.kind === FOR_INTERPRETER ? INTERPRETER_REQUEST_MS : REQUEST_MS),
    );
    this.made.update((before) => [...before.filter(({ from }) => from !== request.from), request]);
  }

  private end(from: string): void {
    clearTimeout(this.ends.get(from));
    this.ends.delete(from);
    if (this.made.get().some((request) => request.from === from)) {
      this.made.update((before) => before.filter((request) => request.from !== from));
    }
    if (from !== this.room.localParticipant.identity) return;
    this.mine = "";
    void this.sender.send();
  }
}
