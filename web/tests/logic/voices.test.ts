import { describe, expect, it } from "vitest";
import { voiceChoices, voiceLabel, voicesOf, withVoice } from "../../src/logic/voices";

describe("a voice's name", () => {
  it.each([
    ["kokoro:ef_dora", "ef_dora · kokoro"],
    ["piper:fr_FR-mls-medium#2", "fr_FR-mls-medium#2 · piper"],
    ["odd:a:b", "a:b · odd"],
    ["es+f2", "es+f2"],
  ])("%s reads %s", (name, label) => {
    expect(voiceLabel(name)).toBe(label);
  });
});

describe("the chosen voices", () => {
  const chosen = { es: "kokoro:ef_dora", "pt-BR": "pt-br+f2" };

  it("change for one language alone, and are given up by choosing none", () => {
    expect(withVoice(chosen, "fr", "piper:siwis")).toEqual({ ...chosen, fr: "piper:siwis" });
    expect(withVoice(chosen, "es", "espeak:es")).toEqual({ ...chosen, es: "espeak:es" });
    expect(withVoice(chosen, "es", "")).toEqual({ "pt-BR": "pt-br+f2" });
    expect(withVoice(chosen, "de", "")).toEqual(chosen);
  });

  it("go with their language", () => {
    expect(voicesOf(chosen, null)).toBe(chosen);
    expect(voicesOf(chosen, ["pt", "fr"])).toEqual({ "pt-BR": "pt-br+f2" });
    expect(voicesOf(chosen, [])).toEqual({});
  });
});

describe("languages whose voice can be chosen", () => {
  const voices = { es: ["kokoro:ef_dora"], fr: ["espeak:fr"], ja: [] };

  it("are those that have voices, by name; the others are captions only", () => {
    expect(voiceChoices(["ja", "fr", "es", "mt"], voices, {}, "de")).toEqual({
      voiced: ["fr", "es"],
      silent: ["ja", "mt"],
    });
  });

  it("include what was chosen before, so that it can be taken back", () => {
    expect(voiceChoices(["es"], voices, { ja: "jf_alpha" }, "en")).toEqual({ voiced: ["ja", "es"], silent: [] });
  });

  it("are not known before the interpreter is there, and neither are those without a voice", () => {
    expect(voiceChoices(["es", "ja"], {}, {}, "en")).toEqual({ voiced: [], silent: [] });
  });
});
