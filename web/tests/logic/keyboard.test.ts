// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { actionFor, usesKeys } from "../../src/logic/keyboard";

describe("keys", () => {
  const press = (key: string, more = {}) =>
    actionFor({ key, altKey: false, ctrlKey: false, metaKey: false, repeat: false, busy: false, ...more });

  it("ask for what they are listed with, whatever the case", () => {
    expect([press("m"), press("M"), press("="), press("?"), press("x")]).toEqual([
      "microphone",
      "microphone",
      "larger",
      "help",
      null,
    ]);
  });

  it("stay with the browser and with fields that need them", () => {
    expect([press("m", { ctrlKey: true }), press("m", { busy: true }), press("t", { repeat: true })]).toEqual([
      null,
      null,
      null,
    ]);
    document.body.innerHTML =
      '<input id="a"><input id="b" type="checkbox"><dialog open><button id="c"></button></dialog>';
    expect(["#a", "#b", "#c"].map((id) => usesKeys(document.querySelector(id)))).toEqual([true, false, true]);
  });
});
