import { shown } from "@hive/logic/captionView";
import { offerOf, UNKNOWN } from "@hive/logic/offer";
import { Store } from "@hive/logic/store";
import type { Line } from "../logic/call";
import type { Settings } from "../logic/settings";
import { earWishes } from "../logic/wishes";
import type { Visit } from "./visit";

/** Clauses. */
const MOST_LINES = 12;
const DRAW_EVERY_MS = 100;

/** What is drawn of a visit. */
type Drawn = Pick<Visit, "passages" | "interpreter" | "speakerOf">;

/** Draws captions anew when anything changes that they depend on: soon, and once for many changes. */
export class Drawing {
  readonly lines = new Store<readonly Line[]>([]);
  private visit: Drawn | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(private readonly settings: () => Settings) {}

  /** From now on those of another visit, which is perhaps still being entered; until it has some, what was read stays. */
  follow(visit: Drawn): void {
    this.visit = visit;
    visit.passages.subscribe(() => this.draw());
    // Who reads a language that is not offered reads the original.
    visit.interpreter.subscribe(() => visit.passages.get().all.length && this.draw());
  }

  draw(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.visit) this.lines.set(linesOf(this.visit, this.settings()));
    }, DRAW_EVERY_MS);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

function linesOf(visit: Drawn, settings: Settings): readonly Line[] {
  const { read } = earWishes(settings);
  const offered = offerOf(UNKNOWN, visit.interpreter.get()).read;
  return shown(visit.passages.get(), { ...read, offered, calm: false }, MOST_LINES).map((paragraph) => ({
    ...paragraph,
    speaker: visit.speakerOf(paragraph.speaker),
  }));
}
