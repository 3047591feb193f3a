import type { Participant, Room } from "livekit-client";
import { Budgets } from "../logic/budget";
import { REACTION, reactionOf, reactionValue, type ReactionSign } from "../logic/signs";
import { Store } from "../logic/store";
import { AttributeSender } from "./attributeSender";
import { everybody, lookAtEverybody } from "./everybody";

export interface Reaction {
  readonly key: number;
  readonly identity: string;
  readonly sign: ReactionSign;
}

/** How long a reaction is seen. */
const SHOWN_MS = 4000;
/** At once on the page; the oldest make room. */
const MOST = 12;
/** Of one person. */
const AT_ONCE = 3;
const PER_SECOND = 0.5;

/** Short signs that people give to what is said. */
export class Reactions {
  readonly shown = new Store<readonly Reaction[]>([]);
  private readonly sender: AttributeSender;
  private readonly budgets = new Budgets(AT_ONCE, PER_SECOND);
  private readonly own = new Budgets(AT_ONCE, PER_SECOND);
  private readonly seen = new Map<string, string>();
  private mine = "";
  private count = 0;
  private ending: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly room: Room) {
    this.sender = new AttributeSender(room, () => ({ [REACTION]: this.mine }));
    lookAtEverybody(room, () => this.look());
  }

  /** False where this person has shown too many just now. */
  show(sign: ReactionSign): boolean {
    const { identity } = this.room.localParticipant;
    if (!this.own.take(identity, performance.now())) return false;
    this.mine = reactionValue(sign, (this.count += 1));
    clearTimeout(this.ending);
    this.ending = setTimeout(() => {
      this.mine = "";
      void this.sender.send();
    }, SHOWN_MS);
    this.put(identity, sign);
    void this.sender.send();
    return true;
  }

  private look(): void {
    const others = everybody(this.room).filter(({ isLocal }) => !isLocal);
    const here = new Set(others.map(({ identity }) => identity));
    for (const identity of this.seen.keys()) if (!here.has(identity)) this.seen.delete(identity);
    for (const person of others) this.lookAt(person);
  }

  /** What somebody shows already when they are seen first is old. */
  private lookAt({ identity, attributes }: Participant): void {
    const sign = reactionOf(attributes);
    const value = sign === null ? "" : (attributes[REACTION] ?? "");
    const before = this.seen.get(identity);
    this.seen.set(identity, value);
    if (sign === null || before === undefined || before === value) return;
    if (this.budgets.take(identity, performance.now())) this.put(identity, sign);
  }

  private put(identity: string, sign: ReactionSign): void {
    const reaction = { key: (this.count += 1), identity, sign };
    this.shown.update((before) => [...before, reaction].slice(-MOST));
    setTimeout(() => this.shown.update((before) => before.filter((one) => one !== reaction)), SHOWN_MS);
  }
}
