import { describe, expect, it } from "vitest";
import { toAttributes } from "../../src/logic/wishes";
import { othersHear } from "../../../extension/src/logic/call";
import { defaults, type Settings } from "../../../extension/src/logic/settings";
import {
  callWishes,
  earAttributes,
  earWishes,
  microphoneWishes,
  voiceAttribute,
} from "../../../extension/src/logic/wishes";

const SETTINGS: Settings = { ...defaults(["es"]), theirs: "en", microphone: true, speak: "push" };

describe("what the three in a private room say of themselves", () => {
  it("the call speaks its language, and hears what is said into it in that", () => {
    expect(toAttributes(callWishes(SETTINGS))).toEqual({
      "translator.speak": "en",
      "translator.listen": "en",
      "translator.captions": "off",
      "translator.push": "",
    });
    expect(callWishes({ ...SETTINGS, speak: "off" }).listen).toBe("off");
    expect(callWishes({ ...SETTINGS, theirs: "auto" })).toMatchObject({ speak: "auto", listen: "off" });
  });

  it("the microphone is interpreted while the button is held", () => {
    const push = (pressed: boolean, speak: Settings["speak"]): string | undefined =>
      toAttributes(microphoneWishes({ ...SETTINGS, speak }, pressed))["translator.push"];
    expect([push(false, "push"), push(true, "push"), push(false, "always"), push(false, "off")]).toEqual([
      "off",
      "on",
      "",
      "",
    ]);
  });

  it("the ear hears and reads, but of its own person the original", () => {
    expect(toAttributes(earWishes(SETTINGS))).toMatchObject({
      "translator.listen": "es",
      "translator.captions": "es,original",
    });
    expect(toAttributes(earWishes({ ...SETTINGS, hear: "off" }))).toMatchObject({
      "translator.listen": "off",
      "translator.captions": "es,original",
    });
    expect(earAttributes("speaker-1")).toEqual({ "translator.overrides": '{"speaker-1":"original"}' });
  });

  it("a chosen voice goes before what the pitch says", () => {
    expect(voiceAttribute("high")).toEqual({ "translator.voice": "high" });
    expect(voiceAttribute("")).toEqual({ "translator.voice": "auto" });
  });
});

describe("what the others hear", () => {
  it.each([
    ["off", true, true, "own"],
    ["push", false, false, "own"],
    ["push", true, false, "translation"],
    ["push", false, true, "translation"],
    ["always", false, false, "translation"],
  ] as const)("%s, held %s, spoken %s", (speak, pressed, translationSpeaking, heard) => {
    expect(othersHear(speak, { pressed, translationSpeaking })).toBe(heard);
  });
});
