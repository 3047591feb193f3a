import { describe, expect, it } from "vitest";
import { CaptionLog, MOST_PASSAGES } from "../../src/logic/captionLog";
import type { Passage, Revision } from "../../src/logic/captions";
import { shown } from "../../src/logic/captionView";

const revision = (number: number, more: Partial<Revision> = {}): Revision => ({
  id: `anna/1-${number}/en`,
  segment: `anna/1-${number}`,
  speaker: "anna",
  language: "en",
  sourceLanguage: "en",
  translated: false,
  committed: "Good ",
  tentative: "morning",
  final: false,
  startMs: number * 1000,
  endMs: number * 1000 + 900,
  note: "",
  doubt: "",
  history: false,
  ...more,
});

/** A list that counts how often one of its places is looked at or written. */
function counted(): { list: Passage[]; taken: () => number } {
  let count = 0;
  const isPlace = (key: string | symbol): boolean => typeof key === "string" && /^\d+$/.test(key);
  const list = new Proxy<Passage[]>([], {
    get: (target, key) => {
      if (isPlace(key)) count += 1;
      return Reflect.get(target, key) as unknown;
    },
    set: (target, key, value) => {
      if (isPlace(key)) count += 1;
      return Reflect.set(target, key, value);
    },
  });
  const taken = (): number => {
    const sum = count;
    count = 0;
    return sum;
  };
  return { list, taken };
}

describe("what a revision costs", () => {
  it("is the same after ten hours as at the beginning, also to show it", () => {
    const costs = [100, MOST_PASSAGES - 500].map((length) => {
      const { list, taken } = counted();
      const log = new CaptionLog(list);
      for (let at = 0; at < length; at += 1) log.take(revision(at, { final: true }), "agent-1", at);
      taken();
      for (let at = 0; at < 17; at += 1) log.take(revision(length, { committed: `Good ${at} ` }), "agent-1", length);
      const toTake = taken();
      for (const mode of ["original", "translation"] as const)
        shown(log.passages(), { mode, language: "es", offered: null, calm: false }, 90);
      log.passages().lastBy("anna");
      return { toTake, toShow: taken() };
    });

    expect(costs[0]!.toTake).toBeLessThan(100);
    expect(costs[1]!.toTake).toBe(costs[0]!.toTake);
    expect(costs[1]!.toShow).toBeLessThan(2000);
  });

  it("stays small over a whole day, with what makes room", () => {
    const { list, taken } = counted();
    const log = new CaptionLog(list);
    const many = 3 * MOST_PASSAGES;
    for (let at = 0; at < many; at += 1) log.take(revision(at), "agent-1", at);

    expect(taken() / many).toBeLessThan(40);
    expect(list.length).toBeLessThanOrEqual(MOST_PASSAGES);
    expect(list.at(-1)?.segment).toBe(`anna/1-${many - 1}`);
    expect(list[0]?.startMs).toBe((many - list.length) * 1000);
  });
});

describe("a log", () => {
  it("tells transcripts of finals alone", () => {
    const log = new CaptionLog();
    log.take(revision(1), "agent-1", 1);
    const before = log.passages();
    log.take(revision(1, { committed: "Good morning " }), "agent-1", 2);
    const interim = log.passages();
    log.take(revision(1, { final: true }), "agent-1", 3);

    expect(interim).not.toBe(before);
    expect(interim.settled).toBe(before.settled);
    expect(log.passages().settled).not.toBe(before.settled);
  });

  it("finds what stands behind something that came in between or went", () => {
    const log = new CaptionLog();
    log.take(revision(2, { speaker: "bob", segment: "bob/1-2" }), "agent-1", 1);
    log.take(revision(3), "agent-1", 2);
    log.take(revision(1, { history: true, final: true }), "agent-1", 3);
    log.take(revision(2, { speaker: "bob", segment: "bob/1-2", committed: "", tentative: "" }), "agent-1", 4);
    log.take(revision(3, { committed: "Well" }), "agent-1", 5);

    expect(log.passages().all.map(({ segment, texts }) => [segment, texts[0]?.committed])).toEqual([
      ["anna/1-1", "Good "],
      ["anna/1-3", "Well"],
    ]);
    expect(log.passages().lastBy("anna")?.segment).toBe("anna/1-3");
    expect(log.passages().lastBy("bob")).toBeUndefined();
  });
});

describe("what was received before a reload", () => {
  it("stands first, and is not there twice when it is sent again", () => {
    const before = new CaptionLog();
    for (const number of [1, 2]) before.take(revision(number, { final: true }), "key", number);
    const log = new CaptionLog();
    log.restore(JSON.parse(JSON.stringify(before.passages().all)) as Passage[]);

    expect(log.take(revision(2, { final: true, history: true }), "key", 9)).toBe(false);
    log.take(revision(3, { final: true }), "key", 10);
    expect(log.passages().all.map(({ segment }) => segment)).toEqual(["anna/1-1", "anna/1-2", "anna/1-3"]);
    expect(log.passages().lastBy("anna")?.segment).toBe("anna/1-3");
  });
});
