import { describe, expect, it } from "vitest";
import { ABSENT, readInterpreter } from "../../src/logic/interpreter";
import { heardIn, isOffered, offerOf, readOffer, UNKNOWN } from "../../src/logic/offer";

const INVITED = { recognised: ["en"], read: ["en", "es", "fr"], heard: ["en", "es"], likened: ["es"] };

describe("what is offered", () => {
  it("is what the service says, as far as it can be read", () => {
    expect(readOffer(INVITED)).toEqual(INVITED);
    expect(readOffer({ recognised: null, read: ["es", 7, "<b>"], heard: [] })).toEqual({ ...UNKNOWN, read: ["es"] });
    for (const nothing of [undefined, null, 7, "es", [], {}, { read: "es" }]) {
      expect(readOffer(nothing)).toEqual(UNKNOWN);
    }
  });

  it("is what the interpreter says once it is there, within what the organiser has chosen", () => {
    const abilities = '{"recognised":["en","de"],"read":["de","en","es","fr"],"heard":["de","en"]}';
    const interpreter = readInterpreter("agent", {
      "translator.languages": '["en","es"]',
      "translator.abilities": abilities,
    });

    expect(offerOf(INVITED, interpreter)).toEqual({
      recognised: ["en", "de"],
      read: ["en", "es"],
      heard: ["en"],
      likened: null,
    });
  });

  it("is what the invitation said while no interpreter is there, or it has said nothing", () => {
    expect(offerOf(INVITED, ABSENT)).toBe(INVITED);
    expect(offerOf(INVITED, readInterpreter("agent", {}))).toBe(INVITED);
  });

  it("has voices that resemble speakers only where the interpreter can find them and the organiser allows it", () => {
    const said = {
      "translator.languages": '["en","es"]',
      "translator.abilities": '{"recognised":["en"],"read":["en","es"],"heard":["es"],"likened":["es"]}',
    };
    const offered = (told: string | undefined) =>
      offerOf(
        INVITED,
        readInterpreter("agent", { ...said, ...(told === undefined ? {} : { "translator.likenesses": told }) }),
      ).likened;

    expect([offered("{}"), offered(""), offered(undefined), offered("[]")]).toEqual([["es"], null, null, null]);
  });

  it("can be heard where it can be read, as long as nobody says which voices there are", () => {
    const interpreter = readInterpreter("agent", { "translator.languages": '["en","es"]' });
    const offer = offerOf(INVITED, interpreter);

    expect(offer).toEqual({ recognised: ["en"], read: ["en", "es"], heard: null, likened: null });
    expect(heardIn(offer)).toEqual(["en", "es"]);
    expect(heardIn(INVITED)).toEqual(["en", "es"]);
  });

  it.each([
    ["es-MX", ["en", "es"], true],
    ["nb", ["no"], true],
    ["de", ["en", "es"], false],
    ["de", null, true],
  ])("has %s among %j: %s", (code, offered, expected) => {
    expect(isOffered(code, offered)).toBe(expected);
  });
});
