/** The captions of a meeting as they grow: each revision costs the same, however long the meeting has been. */

import { ended, merged, freshPassage, isWithdrawn, type Passage, type Revision } from "./captions";

/** What was received up to now. Each change gives another one, so that readers see that something changed. */
export interface Passages {
  /** In the order of arrival; what was sent again stands before what was said later. It goes on growing. */
  readonly all: readonly Passage[];
  /** The same, and the same object until something final comes: a transcript holds nothing else. */
  readonly settled: { readonly all: readonly Passage[] };
  /** The newest of a speaker. */
  readonly lastBy: (speaker: string) => Passage | undefined;
}

/** About ten hours of talk; older passages make room, many at a time. */
export const MOST_PASSAGES = 12_000;
const ROOM_FOR = 1500;

export class CaptionLog {
  private readonly places = new Map<string, number>();
  private settled: Passages["settled"];
  private readonly newest = new Map<string, string>();

  /** `list` is empty, and nobody else's. */
  constructor(private readonly list: Passage[] = []) {
    this.settled = { all: list };
  }

  /** Takes what was received before a reload; nothing else has been taken yet. */
  restore(earlier: readonly Passage[]): void {
    for (const passage of earlier) {
      this.list.push(passage);
      this.newest.set(passage.speaker, passage.key);
    }
    this.place(0);
  }

  passages(): Passages {
    return { all: this.list, settled: this.settled, lastBy: this.lastBy };
  }

  /**
   * Takes one revision; false where nothing changed.
   *
   * `epoch` is the key of the interpreter that signed it: another one has a time line of its own. What is
   * final stays as it is.
   */
  take(revision: Revision, epoch: string, nowMs: number): boolean {
    const key = `${epoch}:${revision.segment}`;
    const place = this.places.get(key);
    const known = place === undefined ? undefined : this.list[place];
    if (place === undefined || !known) {
      const fresh = freshPassage(revision, key, epoch, nowMs);
      if (fresh) this.insert(fresh);
      if (fresh && revision.final) this.settled = { all: this.list };
      return fresh !== null;
    }

    const passage = merged(known, revision);
    if (passage === known) return false;
    // A draft that was withdrawn leaves nothing behind.
    if (isWithdrawn(passage)) this.remove(place);
    else this.list[place] = passage;
    if (revision.final) this.settled = { all: this.list };
    return true;
  }

  /** Ends what interpreters that are gone left unfinished; false where nothing was. */
  endOpen(isGone: (epoch: string) => boolean): boolean {
    const open = this.list.filter(({ epoch, texts }) => isGone(epoch) && texts.some(({ final }) => !final));
    for (const passage of open) {
      const place = this.places.get(passage.key);
      if (place === undefined) continue;
      const left = ended(passage);
      if (isWithdrawn(left)) this.remove(place);
      else this.list[place] = left;
    }
    if (open.length) this.settled = { all: this.list };
    return open.length > 0;
  }

  private readonly lastBy = (speaker: string): Passage | undefined => {
    const place = this.places.get(this.newest.get(speaker) ?? "");
    return place === undefined ? undefined : this.list[place];
  };

  /** Appends, but what was sent again goes before what was said later. */
  private insert(passage: Passage): void {
    const later = passage.history ? this.list.findIndex((other) => isLater(other, passage)) : -1;
    if (later < 0) {
      this.list.push(passage);
      this.places.set(passage.key, this.list.length - 1);
    } else {
      this.list.splice(later, 0, passage);
      this.place(later);
    }
    if (later < 0 || !this.newest.has(passage.speaker)) this.newest.set(passage.speaker, passage.key);
    if (this.list.length > MOST_PASSAGES) this.makeRoom();
  }

  private remove(place: number): void {
    const [gone] = this.list.splice(place, 1);
    if (!gone) return;
    this.places.delete(gone.key);
    this.place(place);
    if (this.newest.get(gone.speaker) !== gone.key) return;
    const before = this.list.findLast((passage) => passage.speaker === gone.speaker);
    if (before) this.newest.set(gone.speaker, before.key);
    else this.newest.delete(gone.speaker);
  }

  private makeRoom(): void {
    for (const gone of this.list.splice(0, ROOM_FOR)) {
      this.places.delete(gone.key);
      if (this.newest.get(gone.speaker) === gone.key) this.newest.delete(gone.speaker);
    }
    this.place(0);
    this.settled = { all: this.list };
  }

  /** Notes where each passage stands, from one place on. */
  private place(from: number): void {
    for (let at = from; at < this.list.length; at += 1) this.places.set((this.list[at] as Passage).key, at);
  }
}

function isLater(other: Passage, passage: Passage): boolean {
  return (
    other.epoch === passage.epoch &&
    other.startMs !== null &&
    passage.startMs !== null &&
    other.startMs > passage.startMs
  );
}
