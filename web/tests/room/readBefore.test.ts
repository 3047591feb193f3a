import { expect, it } from "vitest";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import { ReadBefore } from "../../src/room/readBefore";

const WISHES: Wishes = { speak: "en", listen: "es", read: { mode: "translation", language: "es" }, push: "always" };

it("remembers what was read until something else was chosen, and not for ever", () => {
  const wishes = new Store<Wishes>(WISHES);
  let nowMs = 100;
  const { former } = new ReadBefore(wishes, () => nowMs);
  const read = (mode: Wishes["read"]["mode"], language: string) =>
    wishes.update((before) => ({ ...before, read: { mode, language } }));

  wishes.update((before) => ({ ...before, listen: "fr" }));
  read("translation", "es");
  expect(former.get()).toEqual([]);
  read("translation", "fr");
  nowMs = 200;
  read("off", "fr");
  nowMs = 300;
  read("both", "de");
  expect(former.get()).toEqual([
    { mode: "translation", language: "es", untilMs: 100 },
    { mode: "translation", language: "fr", untilMs: 200 },
  ]);
  for (let at = 0; at < 50; at += 1) read("original", `x${at}`);
  expect(former.get()).toHaveLength(20);
});
