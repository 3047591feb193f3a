import { describe, expect, it } from "vitest";
import { NO_BOOTHS } from "../../src/logic/booths";
import {
  ABSENT,
  channelFor,
  hearsTranslation,
  isWantedChannel,
  lagOf,
  readInterpreter,
  stillListening,
  type ChannelState,
  type Lag,
} from "../../src/logic/interpreter";

const ATTRIBUTES = {
  "lk.agent.state": "speaking",
  "translator.role": "interpreter",
  "translator.languages": '["es","pt"]',
  "translator.abilities": '{"recognised":["en","<b>"],"read":["es","fr","pt"],"heard":null}',
  "translator.channels": JSON.stringify({
    es: { track: "translated-es", sid: "TR_1", listeners: 3, lag_s: 2.4, state: "open" },
    pt: { track: "translated-pt", sid: "TR_2", listeners: 2, lag_s: 0, state: "muted" },
  }),
  "translator.profile": "cpu",
  "translator.reports": '[{"code": "no_voice", "language": "es"}]',
};

describe("the interpreter's attributes", () => {
  const interpreter = readInterpreter("agent-1", ATTRIBUTES);

  it("are read as a whole; a lag of zero was not measured", () => {
    expect(interpreter).toEqual({
      present: true,
      identity: "agent-1",
      state: "speaking",
      languages: ["es", "pt"],
      abilities: { recognised: ["en"], read: ["es", "fr", "pt"], heard: null, likened: null },
      channels: [
        { language: "es", track: "translated-es", listeners: 3, lagS: 2.4, state: "open", speaking: null },
        { language: "pt", track: "translated-pt", listeners: 2, lagS: null, state: "muted", speaking: null },
      ],
      profile: "cpu",
      reports: [{ code: "no_voice", speaker: "", language: "es", other: "", count: 0 }],
      encrypted: null,
      booths: NO_BOOTHS,
      turn: null,
      likenesses: null,
      traced: false,
    });
  });

  it("say who interprets, and whose turn it is", () => {
    const said = {
      "translator.interpreters": '{"may": {"ines": ["fr"]}, "now": {"fr": "ines"}}',
      "translator.turn": '{"speaker": "ana", "interpreting": ""}',
      "translator.channels": '{"fr": {"lag_s": 3, "state": "human"}}',
    };
    const told = readInterpreter("agent-1", { ...ATTRIBUTES, ...said });
    expect(told).toMatchObject({
      booths: { may: new Map([["ines", ["fr"]]]), now: new Map([["fr", "ines"]]) },
      turn: { speaker: "ana", interpreting: "" },
      channels: [{ language: "fr", state: "human" }],
    });
    expect(lagOf(channelFor(told, "fr"))).toEqual({ kind: "unknown" });
    expect(hearsTranslation(told, "fr")).toBe(true);
  });

  it.each(["", "{", "7", "[]", '{"speaker": 7, "interpreting": ""}', '{"speaker": "ana"}'])(
    "say nothing of turns where that cannot be read: %s",
    (value) => {
      expect(readInterpreter("agent-1", { ...ATTRIBUTES, "translator.turn": value })).toMatchObject({ turn: null });
    },
  );

  it("say whose words are encrypted", () => {
    const said = { "translator.encrypted": '{"everybody": false, "speakers": ["ana", 7, "ben"]}' };
    const mixed = readInterpreter("agent-1", { ...ATTRIBUTES, ...said });
    expect(mixed).toMatchObject({ encrypted: { everybody: false, speakers: ["ana", "ben"] } });
  });

  it.each(["", "{", "7", "null", "[]", "{}", '{"speakers": "ana"}', '{"everybody": 1, "speakers": []}'])(
    "call nobody encrypted where that cannot be read: %s",
    (value) => {
      expect(readInterpreter("agent-1", { "translator.encrypted": value })).toMatchObject({ encrypted: null });
    },
  );

  it("name at most thirty", () => {
    const speakers = Array.from({ length: 100 }, (_, number) => `guest${number}`);
    const read = readInterpreter("agent-1", { "translator.encrypted": JSON.stringify({ everybody: true, speakers }) });
    expect(read.present && read.encrypted?.speakers.length).toBe(30);
  });

  it("do no harm when they cannot be read", () => {
    expect(readInterpreter("agent-1", { "translator.languages": "{", "translator.channels": "[1]" })).toMatchObject({
      state: "initializing",
      languages: [],
      channels: [],
    });
  });

  it("count those who still listen while it speaks, on open channels", () => {
    expect(stillListening(interpreter, "off")).toBe(3);
    expect(stillListening(interpreter, "es")).toBe(2); // whoever asks is not among the others
    const silent = readInterpreter("agent-1", { ...ATTRIBUTES, "lk.agent.state": "listening" });
    expect(stillListening(silent, "off")).toBe(0);
    expect(stillListening(ABSENT, "off")).toBe(0);
  });

  it("say whether somebody hears a translated voice", () => {
    expect(["es", "pt", "fr", "off"].filter((listen) => hearsTranslation(interpreter, listen))).toEqual(["es"]);
    expect(hearsTranslation(ABSENT, "es")).toBe(false);
  });

  it("name the channel that serves a regional wish", () => {
    expect(channelFor(interpreter, "pt-BR")?.language).toBe("pt");
    expect(channelFor(interpreter, "off")).toBeUndefined();
  });
});

describe("the channel a listener receives", () => {
  it.each([
    ["translated-es", "es", true],
    ["translated-es", "ES", true],
    ["translated-es", "pt", false],
    ["translated-pt", "pt-BR", true],
    ["translated-es", "off", false],
    ["microphone", "es", false],
  ])("%s for somebody who hears %s: %s", (track, listen, wanted) => {
    expect(isWantedChannel(track, listen, ["es", "pt"])).toBe(wanted);
  });

  it("is the regional one alone where both are offered", () => {
    const offered = ["pt", "pt-BR"];

    expect(["translated-pt", "translated-pt-BR"].filter((track) => isWantedChannel(track, "pt-BR", offered))).toEqual([
      "translated-pt-BR",
    ]);
  });
});

describe("the lag", () => {
  const CHANNEL: ChannelState = { language: "es", track: "", listeners: 1, lagS: null, state: "open", speaking: null };

  it.each([
    [null, { kind: "unknown" }],
    [2.4, { kind: "close", seconds: 2.4 }],
    [5, { kind: "behind", seconds: 5 }],
    [9, { kind: "far", seconds: 9 }],
  ])("of %s s is %o", (lagS, lag) => {
    expect(lagOf({ ...CHANNEL, lagS })).toEqual(lag);
  });

  it("at a limit is called the same for as long as it hovers there", () => {
    let kind: Lag["kind"] = "unknown";
    const called = [4, 4.1, 4.9, 4, 5, 5.1, 4.1, 4, 8.9, 9.1, 8.1, 8].map((lagS) => {
      kind = lagOf({ ...CHANNEL, lagS }, kind).kind;
      return kind;
    });

    expect(called).toEqual([
      ...["close", "close", "close", "close", "close", "behind", "behind", "close"],
      ...["behind", "far", "far", "behind"],
    ]);
  });

  it("of a muted channel is none", () => {
    expect(lagOf({ ...CHANNEL, lagS: 3, state: "muted" })).toEqual({ kind: "unknown" });
  });
});
