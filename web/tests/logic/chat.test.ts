import { describe, expect, it } from "vitest";
import {
  ChatLog,
  isCommand,
  keyOf,
  linked,
  MOST_CHARACTERS,
  MOST_MESSAGES,
  plainMessage,
  readPacket,
  readTranslation,
  translatedKey,
  type ChatMessage,
} from "../../src/logic/chat";
import { readCommand } from "../../src/logic/chatCommands";

const message = (key: string, text = "hello"): ChatMessage => ({
  key,
  writer: "ana",
  text,
  atMs: 0,
  translation: null,
});
const SPANISH = { language: "es", sourceLanguage: "en", text: "hola", doubt: "" };

describe("what is shown of a message", () => {
  it.each([
    ["  good\r\nmorning \n", "good\nmorning"],
    ["a\n\n\n\n\n\nb", "a\n\nb"],
    ["abc\u202Edef\u2066g", "abcdefg"],
    ["a\u0000\u0007b\tc", "ab\tc"],
    ["👨‍👩‍👧 سلام", "👨‍👩‍👧 سلام"],
    ["\u200b\u200d \n", ""],
    ["", ""],
  ])("is plain and bounded: %j", (text, shown) => {
    expect(plainMessage(text)).toBe(shown);
  });

  it("is cut at the longest there is, between characters", () => {
    expect([...plainMessage("😀".repeat(3 * MOST_CHARACTERS))]).toHaveLength(MOST_CHARACTERS);
  });
});

describe("addresses in a message", () => {
  it.each([
    ["see https://example.org/a?b=1.", ["see ", ["https://example.org/a?b=1"], "."]],
    ["(http://a.example/x)", ["(", ["http://a.example/x"], ")"]],
    ["javascript:alert(1) data:text/html,x ftp://a.b", ["javascript:alert(1) data:text/html,x ftp://a.b"]],
    ["https://", ["https://"]],
    ['x<https://a.example>"y"', ["x<", ["https://a.example"], '>"y"']],
    ["https://a.example https://b.example", [["https://a.example"], " ", ["https://b.example"]]],
    ["见https://a.example。好", ["见", ["https://a.example。好"]]],
  ])("lead where they say: %s", (text, expected) => {
    const parts = linked(text);
    expect(parts.map(({ text: words, href }) => (href ? [words] : words))).toEqual(expected);
    expect(parts.map(({ text: words }) => words).join("")).toBe(text);
    for (const { href } of parts) if (href) expect(href).toMatch(/^https?:\/\//);
  });
});

describe("what is no message of others", () => {
  it.each([
    ["/translate es", true],
    [" /SPEAK fr", true],
    ["/translate", true],
    ["/translates es", false],
    ["say /translate es", false],
    ["hello", false],
  ])("commands are known: %s", (text, expected) => {
    expect(isCommand(text)).toBe(expected);
  });

  it.each([
    ["ana", "m1", "ana/m1"],
    ["ana", "", null],
    ["", "m1", null],
    ["ana", 7, null],
    ["ana", "m".repeat(101), null],
  ])("an id may be anything: %s %s", (writer, id, key) => {
    expect(keyOf(writer, id)).toBe(key);
  });

  it("a translation belongs to a message of its writer", () => {
    expect(translatedKey("ana", { "translator.message": "m1" })).toBe("ana/m1");
    expect(translatedKey("ana", {})).toBeNull();
  });

  it.each([
    ['{"id":"p1","message":"x"}', { id: "p1", text: "x" }],
    ['{"id":"p1","message":"x","ignoreLegacy":true}', null],
    ['{"id":1,"message":"x"}', null],
    ["[]", null],
    ["null", null],
    ["x", null],
    [`{"id":"p1","message":"${"x".repeat(50_000)}"}`, null],
  ])("packets of older clients are read, others let be: %#", (json, read) => {
    expect(readPacket(new TextEncoder().encode(json))).toEqual(read);
  });
});

describe("a translation", () => {
  const attributes = { language: "es", "translator.source_language": "en" };

  it("is read with what may be wrong with it, bounded", () => {
    expect(readTranslation(" hola ", { ...attributes, "translator.doubt": "d".repeat(5000) })).toEqual({
      ...SPANISH,
      doubt: "d".repeat(300),
    });
  });

  it.each([
    ["", attributes],
    ["hola", { ...attributes, language: "<b>" }],
    ["hola", { language: "es" }],
  ])("says what it is, or nothing: %#", (text, given) => {
    expect(readTranslation(text, given as Record<string, string>)).toBeNull();
  });
});

describe("the log", () => {
  it("puts translations to their messages, also those that came first", () => {
    const log = new ChatLog();
    log.add(message("ana/1"));
    log.translate("ana/1", SPANISH);
    log.translate("ana/2", SPANISH);
    log.add(message("ana/2"));
    log.add(message("ana/3"));

    expect(log.all().map(({ translation }) => translation?.text)).toEqual(["hola", "hola", undefined]);
  });

  it("keeps what was written: nobody writes a message again", () => {
    const log = new ChatLog();
    expect([log.add(message("ana/1", "one")), log.add(message("ana/1", "two"))]).toEqual([true, false]);
    expect(log.all().map(({ text }) => text)).toEqual(["one"]);
  });

  it("is bounded, however much is written", () => {
    const log = new ChatLog();
    for (let at = 0; at < MOST_MESSAGES + 20; at += 1) log.add(message(`ana/${at}`));

    expect([log.all().length, log.all()[0]?.key]).toEqual([MOST_MESSAGES, "ana/20"]);
  });
});

describe("a command on this page", () => {
  const offered = ["es", "pt-BR", "en"];

  it.each([
    ["/translate es", { kind: "hear", language: "es" }],
    ["/TRANSLATE PT", { kind: "hear", language: "pt-BR" }],
    ["/translate es captions", { kind: "read", language: "es" }],
    ["/translate off", { kind: "off" }],
    ["/translate xx", { kind: "unknown", language: "xx" }],
    ["/translate", { kind: "help" }],
    ["/translate help", { kind: "help" }],
    ["/translate es please now", { kind: "help" }],
    ["/speak fr", { kind: "speak", language: "fr" }],
    ["/speak auto", { kind: "speak", language: "auto" }],
    ["/speak", { kind: "help" }],
    ["/speak off", { kind: "help" }],
  ])("is understood as the interpreter does: %s", (text, command) => {
    expect(readCommand(text, offered)).toEqual(command);
  });

  it("asks for any language where nobody has said which there are", () => {
    expect(readCommand("/translate de", null)).toEqual({ kind: "hear", language: "de" });
  });
});
