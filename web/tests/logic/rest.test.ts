// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { Api, ApiError } from "../../src/logic/api";
import { diagnose, lossBetween } from "../../src/logic/diagnostics";
import { glossaryOf, rowsOf } from "../../src/logic/glossary";
import { actionFor, usesKeys } from "../../src/logic/keyboard";
import { directionOf, nameOf, sameLanguage, servedBy } from "../../src/logic/languages";
import { DEFAULTS, keepPreferences, readPreferences, type Shelf } from "../../src/logic/preferences";
import { routeOf } from "../../src/logic/route";

describe("languages", () => {
  it("are served by themselves or without their region", () => {
    expect([servedBy("pt-BR", ["es", "pt"]), servedBy("ES", ["es"]), servedBy("pt", ["pt-BR"])]).toEqual(["pt", "es", undefined]);
  });

  it("are the same for a listener whatever the region, but nothing is the same as unknown", () => {
    expect([sameLanguage("en-GB", "en"), sameLanguage("", ""), sameLanguage("es", "en")]).toEqual([true, false, false]);
  });

  it("have a name and a direction", () => {
    expect([nameOf("es", "en"), nameOf("de", "fr"), nameOf("?", "en")]).toEqual(["Spanish", "Allemand", "?"]);
    expect([directionOf("ar"), directionOf("he-IL"), directionOf("hi")]).toEqual(["rtl", "rtl", "ltr"]);
  });
});

describe("addresses", () => {
  const route = (url: string) => routeOf(new URL(url, "https://meet.example.org"));

  it("lead to their pages", () => {
    expect(route("/")).toEqual({ page: "start" });
    expect(route("/j/abc.def")).toEqual({ page: "join", invitation: "abc.def" });
    expect(route("/nothing/here/at/all")).toEqual({ page: "unknown" });
  });

  it("of captions carry the invitation behind the # and take what a projector needs", () => {
    expect(route("/captions/board?lang=es&transparent=1&calm=0&lines=2&size=8&align=center#secret")).toEqual({
      page: "captions",
      room: "board",
      invitation: "secret",
      options: { language: "es", transparent: true, calm: false, names: true, lines: 2, size: 8, align: "center" },
    });
    expect(route("/captions/board?lang=<script>&lines=999&size=x#s")).toMatchObject({
      options: { language: "original", transparent: false, calm: true, lines: 20, size: 6, align: "start" },
    });
  });
});

describe("keys", () => {
  const press = (key: string, more = {}) =>
    actionFor({ key, altKey: false, ctrlKey: false, metaKey: false, repeat: false, busy: false, ...more });

  it("ask for what they are listed with, whatever the case", () => {
    expect([press("m"), press("M"), press("="), press("?"), press("x")]).toEqual(["microphone", "microphone", "larger", "help", null]);
  });

  it("stay with the browser and with fields that need them", () => {
    expect([press("m", { ctrlKey: true }), press("m", { busy: true }), press("t", { repeat: true })]).toEqual([null, null, null]);
    document.body.innerHTML = '<input id="a"><input id="b" type="checkbox"><dialog open><button id="c"></button></dialog>';
    expect(["#a", "#b", "#c"].map((id) => usesKeys(document.querySelector(id)))).toEqual([true, false, true]);
  });
});

describe("diagnostics", () => {
  const report = (local: object): [string, Record<string, unknown>][] => [
    ["T", { type: "transport", selectedCandidatePairId: "P" }],
    ["P", { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.04 }],
    ["L", { type: "local-candidate", ...local }],
    ["R", { type: "remote-candidate", candidateType: "host" }],
    ["I", { type: "inbound-rtp", kind: "audio", packetsReceived: 95, packetsLost: 5, jitter: 0.006, jitterBufferDelay: 6, jitterBufferEmittedCount: 100 }],
  ];

  it("tell a relayed way from a direct one", () => {
    expect(diagnose([report({ candidateType: "host", protocol: "udp" })])).toEqual({
      path: { kind: "direct", protocol: "UDP", rttMs: 40 },
      reception: { packets: 95, lost: 5, jitterMs: 6, bufferMs: 60 },
    });
    expect(diagnose([report({ candidateType: "relay", protocol: "udp", relayProtocol: "tls" })]).path).toEqual({
      kind: "relay",
      protocol: "TLS",
      rttMs: 40,
    });
    expect(diagnose([])).toEqual({ path: null, reception: null });
  });

  it("give the loss since the last look", () => {
    const before = { packets: 100, lost: 10, jitterMs: null, bufferMs: null };

    expect(lossBetween(before, { ...before, packets: 190, lost: 20 })).toBe(0.1);
    expect(lossBetween(null, before)).toBeNull();
    expect(lossBetween(before, before)).toBeNull();
  });
});

describe("the glossary", () => {
  it("goes through the table unchanged, without empty rows and cells", () => {
    const glossary = { entries: [{ source: "HIVE", language: "en", translations: { es: "HIVE" }, spoken: { es: "jaiv" } }] };
    const rows = rowsOf(glossary);

    expect(glossaryOf([...rows, { id: 9, source: "  ", language: "en", translations: {}, spoken: {} }])).toEqual(glossary);
    expect(glossaryOf([{ ...rows[0]!, translations: { es: " " }, spoken: {} }])).toEqual({
      entries: [{ source: "HIVE", language: "en", translations: {}, spoken: {} }],
    });
    expect(glossaryOf([])).toBeNull();
  });
});

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
    expect(readPreferences(shelf('{"name": 5, "balance": 9, "captionSize": 99}'))).toEqual({ ...DEFAULTS, balance: 1, captionSize: 5 });
  });
});

describe("the service", () => {
  const answering = (status: number, body: unknown) => {
    const asked: [string, RequestInit][] = [];
    const fetch = (url: string, request: RequestInit) => {
      asked.push([url, request]);
      return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
    };
    return { api: new Api(fetch as typeof globalThis.fetch), asked };
  };

  it("is asked with the organiser's token where that is needed", async () => {
    const { api, asked } = answering(204, undefined);
    await api.organise("a/b", "secret").dismissInterpreter();

    expect(asked.map(([url, { method, headers }]) => [url, method, headers])).toEqual([
      ["/api/v1/rooms/a%2Fb/interpreter", "DELETE", { Authorization: "Bearer secret" }],
    ]);
  });

  it("refuses with its own code", async () => {
    const { api } = answering(429, { code: "rate_limited", message: "Slowly.", retry_after_s: 3 });

    await expect(api.invitation("x")).rejects.toEqual(new ApiError("rate_limited", "Slowly.", 3));
  });

  it("that cannot be reached is offline, and one that talks nonsense unexpected", async () => {
    const offline = new Api((() => Promise.reject(new TypeError("no network"))) as typeof globalThis.fetch);

    await expect(offline.config()).rejects.toMatchObject({ code: "offline" });
    await expect(answering(502, "<html>").api.config()).rejects.toMatchObject({ code: "unexpected" });
  });
});
