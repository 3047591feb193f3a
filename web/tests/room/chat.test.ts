// @vitest-environment jsdom
import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CHAT, SignatureCheck } from "../../src/logic/signatures";
import { Store } from "../../src/logic/store";
import { Chat } from "../../src/room/chat";
import { keepChat, keptChat } from "../../src/room/chatShelf";
import type { Directory } from "../../src/room/directory";
import { Endless, FakeSource, Signer, stalled } from "../fakes/captions";
import { FakeRoom, person } from "../fakes/room";

let interpreter: Signer;
let eve: Signer;
let room: FakeRoom;
let source: FakeSource;
let keys: Store<ReadonlySet<string>>;
let chat: Chat;
let sent: string[];
const NAMES = new Map([["ana", "Ana"]]);

beforeAll(async () => {
  [interpreter, eve] = await Promise.all([Signer.make(), Signer.make()]);
});

function newChat(sealed = false): Chat {
  return new Chat(room as unknown as Room, "hall", {
    directory: { names: new Store(NAMES) } as unknown as Directory,
    keys,
    check: new SignatureCheck(crypto.subtle),
    now: () => 1000,
    earlier: keptChat("hall"),
    source,
    sealed,
  });
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  room = new FakeRoom();
  sent = [];
  Object.assign(room, { off: () => room });
  Object.assign(room.localParticipant, {
    permissions: { canPublishData: true },
    sendText: (text: string) => {
      sent.push(text);
      return Promise.resolve({ id: `own-${sent.length}` });
    },
  });
  source = new FakeSource();
  keys = new Store<ReadonlySet<string>>(new Set([interpreter.key]));
  chat = newChat();
  room.connect();
});
afterEach(() => {
  chat.close();
  window.sessionStorage.clear();
});

const words = () => chat.messages.get().map(({ writer, text }) => `${writer}: ${text}`);
const shows = (...expected: string[]) => vi.waitFor(() => expect(words()).toEqual(expected), { timeout: 5000 });

async function translate(
  signer: Signer,
  writer: string,
  id: string,
  text: string,
  change: Record<string, string> = {},
) {
  const attributes = {
    "translator.message": id,
    language: "es",
    translated: "true",
    "translator.source_language": "en",
    ...change,
  };
  return { writer, text, attributes: await signer.sign(writer, text, attributes, CHAT) };
}

const put = ({ writer, text, attributes }: Awaited<ReturnType<typeof translate>>) =>
  source.send(writer, [text], attributes);

describe("what others write", () => {
  it("comes on LiveKit's own topic, and as the packets of older clients", async () => {
    source.send("ana", ["good ", "morning"], {});
    await shows("ana: good morning");
    room.emit(RoomEvent.ChatMessage, { id: "o1", message: "from an old client", timestamp: 1 }, person("bob"));
    const packet = new TextEncoder().encode('{"id":"p1","message":"from old components"}');
    room.emit(RoomEvent.DataReceived, packet, person("cid"), undefined, "lk-chat-topic");
    room.emit(RoomEvent.DataReceived, packet, person("cid"), undefined, "other");
    room.emit(RoomEvent.DataReceived, packet, undefined, undefined, "lk-chat-topic");

    expect(words()).toEqual(["ana: good morning", "bob: from an old client", "cid: from old components"]);
  });

  it("is counted until somebody looks, their own not", async () => {
    source.send("ana", ["one"], {});
    source.send("ana", ["two"], {});
    await vi.waitFor(() => expect(chat.unread.get()).toBe(2));
    expect(await chat.send("mine")).toBe("sent");
    expect(chat.unread.get()).toBe(2);
    chat.look(true);
    source.send("ana", ["three"], {});
    await shows("ana: one", "ana: two", "me: mine", "ana: three");

    expect([chat.unread.get(), sent]).toEqual([0, ["mine"]]);
  });

  it("is not shown where it is a command, and what the interpreter answers is for this person alone", async () => {
    room.comes(person("agent", { "translator.role": "interpreter" }, ParticipantKind.AGENT));
    source.send("ana", ["/translate es"], {});
    source.send("agent", ["You hear and read es."], {});
    source.send("ana", ["hello"], {});

    await shows(": You hear and read es.", "ana: hello");
  });

  it("is bounded in rate and length for each of them", async () => {
    const endless = new Endless("x".repeat(1000));
    const ids = [source.send("eve", endless, {}), source.send("eve", ["x"], {}, 1_000_000)];
    for (let at = 0; at < 60; at += 1) source.send("eve", [`flood ${at}`], {});
    source.send("ana", ["hello"], {});
    await vi.waitFor(() => expect(words()).toContain("ana: hello"));

    expect(words().filter((line) => line.startsWith("eve")).length).toBeLessThanOrEqual(10);
    expect(endless.taken).toBeLessThan(20);
    expect(source.forgotten).toEqual(expect.arrayContaining(ids));
  });

  it("never ends, and takes nobody's place", async () => {
    for (let at = 0; at < 10; at += 1) source.send("eve", stalled(), {});
    source.send("ana", ["hello"], {});

    await shows("ana: hello");
  });
});

describe("translations", () => {
  it("stand with their message where the interpreter has signed them", async () => {
    const id = source.send("ana", ["good morning"], {});
    await shows("ana: good morning");
    put(await translate(interpreter, "ana", id, "buenos días"));

    await vi.waitFor(() =>
      expect(chat.messages.get()[0]?.translation).toEqual({
        language: "es",
        sourceLanguage: "en",
        text: "buenos días",
        doubt: "",
      }),
    );
    expect([chat.unread.get(), words()]).toEqual([1, ["ana: good morning"]]);
  });

  it("are believed of nobody else, for no other message, writer or text", async () => {
    const id = source.send("ana", ["good morning"], {});
    await shows("ana: good morning");
    const right = await translate(interpreter, "ana", id, "buenos días");
    const unsigned = { "translator.message": id, language: "es", "translator.source_language": "en" };
    put(await translate(eve, "ana", id, "forged"));
    put({ ...right, text: "changed" });
    put({ ...right, writer: "eve" });
    put({ ...right, attributes: { ...right.attributes, "translator.message": "other" } });
    put({ writer: "ana", text: "unsigned", attributes: unsigned });
    source.send("bob", ["afterwards"], {});
    await shows("ana: good morning", "bob: afterwards");

    expect(chat.messages.get().map(({ translation }) => translation)).toEqual([null, null]);
  });

  it("wait for an interpreter that the server tells of late", async () => {
    keys.set(new Set());
    const id = source.send("ana", ["good morning"], {});
    put(await translate(interpreter, "ana", id, "buenos días"));
    await shows("ana: good morning");
    keys.set(new Set([interpreter.key]));

    await vi.waitFor(() => expect(chat.messages.get()[0]?.translation?.text).toBe("buenos días"));
  });
});

describe("writing", () => {
  it("is possible where the room lets this person send data, as it is now", () => {
    expect(chat.mayWrite.get()).toBe(true);
    Object.assign(room.localParticipant, { permissions: { canPublishData: false } });
    room.emit(RoomEvent.ParticipantPermissionsChanged);

    expect(chat.mayWrite.get()).toBe(false);
  });

  it("says what did not go out", async () => {
    Object.assign(room.localParticipant, { sendText: () => Promise.reject(new Error("closed")) });
    expect(await chat.send("x")).toBe("failed");
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => chat.send("x")));

    expect([outcomes.filter((one) => one === "too-fast").length, words()]).toEqual([3, []]);
  });
});

describe("after a reload", () => {
  it("what was written is there again, with the names of who wrote it", async () => {
    source.send("ana", ["hello"], {});
    await shows("ana: hello");
    chat.close();
    chat = newChat();

    expect(words()).toEqual(["ana: hello"]);
    expect([...keptChat("hall").names]).toEqual([["ana", "Ana"]]);
    expect(keptChat("elsewhere").messages).toEqual([]);
  });

  it("what is kept is bounded, and what is not as it should be is left out", () => {
    const long = { key: "a/1", writer: "a", text: "x".repeat(3000), atMs: 1, translation: null };
    keepChat("hall", { messages: Array.from({ length: 400 }, (_, at) => ({ ...long, key: `a/${at}` })), names: NAMES });
    expect(keptChat("hall").messages.length).toBeLessThan(200);
    for (const broken of ["{", "7", "[]", '{"messages":1,"names":[]}', '{"messages":[{"key":1}],"names":[]}']) {
      window.sessionStorage.setItem("hive.chat.hall", broken);
      expect(keptChat("hall").messages).toEqual([]);
    }
  });
});

describe("in an encrypted meeting", () => {
  const GCM = 1;
  beforeEach(() => {
    chat.close();
    chat = newChat(true);
  });

  it("writes nothing before it is encrypted", async () => {
    expect(await chat.send("Good morning")).toBe("failed");
    Object.assign(room, { isE2EEEnabled: true });
    expect(await chat.send("Good morning")).toBe("sent");
    expect(sent).toEqual(["Good morning"]);
  });

  it("takes translations that come in the interpreter's own name", async () => {
    source.encryptionType = GCM;
    const id = source.send("ana", ["Good morning"], {});
    await shows("ana: Good morning");
    const { text, attributes } = await translate(interpreter, "ana", id, "Buenos días");
    source.send("agent-1", [text], { ...attributes, "translator.writer": "ana" });
    await vi.waitFor(() => expect(chat.messages.get()[0]?.translation?.text).toBe("Buenos días"));
  });
});
