import { describe, expect, it } from "vitest";
import {
  channelFor,
  isWantedChannel,
  keyOf,
  lagOf,
  languageOfTrack,
  readInterpreter,
  stillListening,
} from "../../src/logic/interpreter";
import { NO_BOOTHS } from "../../src/logic/booths";
import { audienceOf } from "../../src/logic/audience";
import { hasRecordingSign, recordingRule } from "../../src/logic/recording";
import { UNKNOWN } from "../../src/logic/offer";
import { plainText } from "../../src/logic/plainText";
import { heardBy, readBy, spokenBy } from "../../src/logic/wishes";

/** What anybody in a room may set as an attribute or a name. */
const HOSTILE = [
  "",
  " ",
  "null",
  "1e300",
  "<script>alert(1)</script>",
  "\u202eOEC",
  "x".repeat(500_000),
  "es,".repeat(100_000),
  "[".repeat(50_000),
  "{}",
  "[null]",
  '{"es": null, "__proto__": {"listeners": 1e308}}',
  '{"es": {"listeners": 1e999, "lag_s": 1e999, "state": 5, "track": {}, "speaking": "yes"}}',
  '{"es": {"listeners": -5, "lag_s": -1e999}}',
  '{"x y": {"listeners": 3}}',
  "\ud83d",
  "\u0000",
];

const bounded = (text: string): void => expect([...text].length).toBeLessThanOrEqual(300);

describe("whatever an interpreter says of itself", () => {
  it.each(HOSTILE)("is read without harm: %#", (value) => {
    const names = [
      "lk.agent.state",
      "languages",
      "channels",
      "profile",
      "reports",
      "abilities",
      "key",
      "voices",
      "capacity",
    ];
    const attributes = Object.fromEntries(
      names.map((name) => [name.includes(".") ? name : `translator.${name}`, value]),
    );
    const interpreter = readInterpreter("agent", { ...attributes, "lk.agent.state": "speaking" });
    if (!interpreter.present) throw new Error("absent");

    expect(interpreter.reports.length).toBeLessThanOrEqual(20);
    for (const code of Object.values(interpreter.abilities).flatMap((codes) => codes ?? []))
      expect(code).toMatch(/^[A-Za-z-]{2,40}$/);
    bounded(interpreter.profile);
    for (const code of interpreter.languages) expect(code).toMatch(/^[A-Za-z-]{2,40}$/);
    for (const channel of interpreter.channels) {
      expect(channel.language).toMatch(/^[A-Za-z-]{2,40}$/);
      expect(channel.listeners).toBeGreaterThanOrEqual(0);
      expect(channel.listeners).toBeLessThanOrEqual(100_000);
      expect(channel.lagS ?? 0).toBeGreaterThanOrEqual(0);
      expect(channel.lagS ?? 0).toBeLessThanOrEqual(7 * 24 * 3600);
      expect(Number.isInteger(channel.listeners)).toBe(true);
      bounded(channel.track);
    }
    const lag = lagOf(channelFor(interpreter, "es"));
    expect(lag.kind === "unknown" || Number.isFinite(lag.seconds)).toBe(true);
    expect(Number.isFinite(stillListening(interpreter, "es"))).toBe(true);
    expect(keyOf(attributes)).toBeNull();
  });

  it("has an end", () => {
    const languages = JSON.stringify(Array.from({ length: 5000 }, () => "es"));
    const channels = JSON.stringify(
      Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`es-x${at}`, { listeners: 1 }])),
    );
    const interpreter = readInterpreter("agent", {
      "translator.languages": languages,
      "translator.abilities": `{"read": ${languages}}`,
      "translator.channels": channels,
    });

    expect(interpreter).toMatchObject({ present: true });
    expect(interpreter.present && interpreter.languages.length).toBe(300);
    expect(interpreter.present && interpreter.abilities.read?.length).toBe(500);
    expect(interpreter.present && interpreter.channels.length).toBe(100);
  });

  it.each(["translated-", "translated-<b>", `translated-${"x".repeat(500)}`, "translated-es; fr", "microphone"])(
    "names no channel that is none: %#",
    (track) => {
      expect(languageOfTrack(track)).toBeNull();
      expect(isWantedChannel(track, "es", [])).toBe(false);
    },
  );

  it("is taken as it is where it is right", () => {
    expect(
      readInterpreter("agent", {
        "lk.agent.state": "listening",
        "translator.languages": '["en", "zh-Hant-TW", "pt_BR"]',
        "translator.channels":
          '{"es": {"track": "translated-es", "listeners": 3, "lag_s": 2.5, "state": "muted", "speaking": false}}',
        "translator.profile": "gpu",
        "translator.trouble": "anna, fr: no route",
        "translator.abilities": '{"recognised": ["en"]}',
        "translator.reports": '[{"code": "not_translated", "speaker": "anna", "language": "fr"}]',
      }),
    ).toEqual({
      present: true,
      identity: "agent",
      state: "listening",
      languages: ["en", "zh-Hant-TW", "pt_BR"],
      abilities: { ...UNKNOWN, recognised: ["en"] },
      channels: [{ language: "es", track: "translated-es", listeners: 3, lagS: 2.5, state: "muted", speaking: false }],
      profile: "gpu",
      encrypted: null,
      booths: NO_BOOTHS,
      turn: null,
      likenesses: null,
      traced: false,
      reports: [{ code: "not_translated", speaker: "anna", language: "fr", other: "", count: 0 }],
    });
  });
});

const SPANISH = readInterpreter("agent", {
  "translator.languages": '["en", "es"]',
  "translator.channels": '{"es": {"state": "open", "listeners": 1}}',
});

describe("whatever a participant wishes", () => {
  it.each(HOSTILE)("is a language, or nothing: %#", (value) => {
    for (const name of ["translator.speak", "translator.listen", "translator.captions", "language"]) {
      const attributes = { [name]: value };
      expect(spokenBy(attributes)).toMatch(/^([A-Za-z-]{2,40})?$/);
      expect(heardBy(attributes)).toMatch(/^[A-Za-z-]{2,40}$/);
      expect(readBy(attributes).length).toBeLessThanOrEqual(8);
      for (const code of readBy(attributes)) expect(code).toMatch(/^[A-Za-z-]{2,40}$/);
      for (const one of audienceOf(
        { identity: "me", spoken: "en" },
        [{ identity: "eve", name: "Eve", attributes }],
        SPANISH,
      ))
        expect(one.language).toMatch(/^[a-z-]{2,40}$/i);
    }
  });

  it("is read as the protocol has it where it is right", () => {
    const attributes = {
      "translator.speak": "auto",
      "translator.listen": "off",
      "translator.captions": "es, original",
    };

    expect([spokenBy(attributes), heardBy(attributes), readBy(attributes)]).toEqual([
      "auto",
      "off",
      ["es", "original"],
    ]);
    expect([spokenBy({ language: "pt-BR" }), heardBy({ language: "pt-BR" }), readBy({ language: "pt-BR" })]).toEqual([
      "pt-BR",
      "pt-BR",
      ["pt-BR"],
    ]);
    expect([spokenBy({}), heardBy({}), readBy({ "translator.captions": "off" })]).toEqual(["", "off", []]);
    expect([
      spokenBy({ language: "fr", "translator.speak": "" }),
      heardBy({ language: "fr", "translator.listen": "" }),
    ]).toEqual(["fr", "fr"]);
  });
});

describe("words about the room", () => {
  it("turn nothing round and have an end", () => {
    expect(plainText("\u202eriahc eht\n now", 300)).toBe("riahc eht now");
    expect(plainText("😀".repeat(500_000), 80)).toBe(`${"😀".repeat(79)}…`);
  });

  it("stay as they are where they are short", () => {
    expect(plainText("anna, fr: no route", 300)).toBe("anna, fr: no route");
  });
});

describe("whatever the room's metadata says", () => {
  it.each([
    ...HOSTILE,
    undefined,
    "true",
    "[true]",
    '{"recording": "false"}',
    '{"recording": 0}',
    '{"recording": null}',
    '{"recording": {"recording": false}}',
    '{"__proto__": {"recording": false}}',
    '[{"recording": false}]',
    '{"recording": false',
    `{"recording": false, "more": "${"x".repeat(5000)}"}`,
  ])("is no rule on recording where it is none: %#", (metadata) => {
    expect(recordingRule(metadata)).toBeNull();
  });

  it("is one where it is right", () => {
    expect([recordingRule('{"recording": true}'), recordingRule('{"recording":false}')]).toEqual([true, false]);
  });

  it.each(HOSTILE)("no attribute is a sign of recording but the one: %#", (value) => {
    expect(hasRecordingSign({ "translator.recording": value })).toBe(false);
  });
});
