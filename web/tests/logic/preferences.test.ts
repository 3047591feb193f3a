import { describe, expect, it } from "vitest";
import { announces, DEFAULTS, keepPreferences, readPreferences, type Shelf } from "../../src/logic/preferences";

describe("preferences", () => {
  const shelf = (kept: string | null): Shelf & { kept: string | null } => ({
    kept,
    getItem() {
      return this.kept;
    },
    setItem(_key, value) {
      this.kept = value;
    },
    removeItem() {
      this.kept = null;
    },
  });

  it("come back as they were kept", () => {
    const place = shelf(null);
    const chosen = { ...DEFAULTS, name: "Ana", balance: 0.25 };
    keepPreferences(place, chosen);

    expect(readPreferences(place)).toEqual(chosen);
  });

  it("that are broken or out of range get their defaults or limits", () => {
    expect(readPreferences(shelf("{"))).toEqual(DEFAULTS);
    expect(readPreferences(shelf('{"name": 5, "balance": 9, "captionSize": 99}'))).toEqual({
      ...DEFAULTS,
      balance: 1,
      captionSize: 5,
    });
    expect(readPreferences(shelf('{"captionPlace": "over"}')).captionPlace).toBe("over");
    expect(readPreferences(shelf('{"captionPlace": "under"}')).captionPlace).toBe("beside");
    expect(readPreferences(shelf('{"announce": true}')).announce).toBe("auto");
    expect(readPreferences(shelf('{"announce": "loud"}')).announce).toBe("auto");
    expect(readPreferences(shelf('{"processing": {"noise": "all", "echoCancellation": false}}')).processing).toEqual({
      echoCancellation: false,
      noise: "standard",
      autoGain: true,
    });
  });

  it("leave captions unread while a translation is heard, unless somebody chose otherwise", () => {
    const spoken = (announce: "auto" | "on" | "off"): boolean[] =>
      [true, false].map((hears) => announces({ ...DEFAULTS, announce }, hears));

    expect([spoken("auto"), spoken("on"), spoken("off")]).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
  });
});
