import type { FormerReading } from "../logic/captionView";
import { Store, type Readable } from "../logic/store";
import type { Wishes } from "../logic/wishes";

/** Of so many changes is remembered what was read before. */
const MOST = 20;

/** What this person read before they chose something else: what they have read stays in sight. */
export class ReadBefore {
  /** The oldest first. */
  readonly former = new Store<readonly FormerReading[]>([]);

  /** `now` is the clock that passages are seen by. */
  constructor(wishes: Readable<Wishes>, now: () => number) {
    let { read } = wishes.get();
    wishes.subscribe(() => {
      const next = wishes.get().read;
      if (next.mode === read.mode && next.language === read.language) return;
      const before = { mode: read.mode, language: read.language, untilMs: now() };
      if (read.mode !== "off") this.former.update((former) => [...former, before].slice(-MOST));
      read = next;
    });
  }
}
