import { describe, expect, it } from "vitest";
import { gridWidth, inSight, languageTag, seated, type Seated } from "../../src/logic/tiles";

describe("the tag of languages", () => {
  it.each([
    ["es", "en", "ES → EN"],
    ["pt-BR", "zh-Hant-TW", "PT → ZH"],
    ["nb", "off", "NO"],
    ["auto", "fr", "→ FR"],
    ["", "fr", "→ FR"],
    ["", "off", ""],
    ["auto", "off", ""],
    ["de", "de-AT", "DE"],
    ["<b>", "fil", "→ TL"],
    ["english", "../", ""],
  ])("of %j who hears %j is %j", (spoken, heard, tag) => {
    expect(languageTag(spoken, heard)).toBe(tag);
  });
});

describe("tiles", () => {
  const silent = (id: string, spokeAtMs = 0): Seated => ({ id, speaking: false, spokeAtMs });
  const loud = (id: string): Seated => ({ id, speaking: true, spokeAtMs: 99 });

  it("keep their places when people come, go and speak in sight", () => {
    const people = [silent("me"), silent("ana"), silent("luc")];
    expect(seated(people, [], 4)).toEqual(["me", "ana", "luc"]);
    expect(seated([silent("me"), silent("ana"), loud("luc")], ["me", "luc", "ana"], 4)).toEqual(["me", "luc", "ana"]);
    expect(seated([silent("me"), silent("new"), silent("luc")], ["me", "luc", "ana"], 4)).toEqual(["me", "luc", "new"]);
  });

  it("out of sight that speak take the place of the one who has been silent for the longest, and nothing else moves", () => {
    const people = [
      silent("me"),
      silent("ana", 50),
      silent("luc", 10),
      silent("bea", 70),
      silent("omar"),
      loud("olga"),
    ];
    const before = people.map(({ id }) => id);
    const now = seated(people, before, 4);
    expect(now).toEqual(["me", "ana", "olga", "bea", "omar", "luc"]);
    expect(seated(people, now, 4)).toEqual(now);
  });

  it("of oneself stays first, also where all others in sight speak", () => {
    const people = [silent("me"), loud("ana"), loud("luc")];
    expect(seated(people, ["ana", "luc", "me"], 2)).toEqual(["me", "ana", "luc"]);
    expect(seated(people, [], 0)).toEqual(["me", "ana", "luc"]);
    expect(seated([], ["gone"], 4)).toEqual([]);
  });

  it("fill a grid as large as they can be, and are scrolled to where they would be too small", () => {
    const room = { width: 1200, height: 600, gap: 8 };
    expect(gridWidth(1, room)).toBe(640);
    expect(gridWidth(4, room)).toBe(526);
    expect(gridWidth(40, room)).toBe(164);
    expect(gridWidth(200, room)).toBe(132);
    expect(gridWidth(3, { width: 100, height: 300, gap: 8 })).toBe(100);
    expect(gridWidth(0, room)).toBe(132);
  });

  it("are in sight as many as fit", () => {
    expect(inSight({ width: 100, height: 75 }, { width: 320, height: 76, gap: 10 })).toBe(3);
    expect(inSight({ width: 96, height: 72 }, { width: 96, height: 320, gap: 8 })).toBe(4);
    expect(inSight({ width: 100, height: 75 }, { width: 0, height: 0, gap: 0 })).toBe(1);
    expect(inSight({ width: 0, height: 0 }, { width: 0, height: 0, gap: 0 })).toBe(1);
  });
});
