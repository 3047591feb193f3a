import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { transcriptOf } from "../../src/logic/transcript";
import { SIGNATURE_ATTRIBUTE, SignatureCheck } from "../../src/logic/signatures";
import { Store } from "../../src/logic/store";
import { CaptionFeed } from "../../src/room/captionFeed";
import { captionOf, Endless, FakeSource, Signer, stalled } from "../fakes/captions";

let interpreter: Signer;
let eve: Signer;
let source: FakeSource;
let keys: Store<ReadonlySet<string>>;
let gone: Store<ReadonlySet<string>>;
let feed: CaptionFeed;
let warn: ReturnType<typeof vi.spyOn>;

beforeAll(async () => {
  [interpreter, eve] = await Promise.all([Signer.make(), Signer.make()]);
});

beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  source = new FakeSource();
  keys = new Store<ReadonlySet<string>>(new Set([interpreter.key]));
  gone = new Store<ReadonlySet<string>>(new Set());
  feed = new CaptionFeed(source, keys, gone, Date.now);
});

const words = (): string[] =>
  feed.passages
    .get()
    .all.flatMap(({ speaker, texts }) => texts.map((text) => `${speaker}: ${text.committed}${text.tentative}`));
const refused = (count: number) => vi.waitFor(() => expect(feed.refused.get()).toBe(count), { timeout: 5000 });
const shows = (...expected: string[]) => vi.waitFor(() => expect(words()).toEqual(expected), { timeout: 5000 });

/** Sends a caption as the interpreter does. */
async function say(
  speaker: string,
  number: number,
  text: string,
  change: Record<string, string> = {},
): Promise<Readonly<Record<string, string>>> {
  const attributes = await interpreter.sign(speaker, text, captionOf(speaker, number, change));
  source.send(speaker, [text], attributes);
  return attributes;
}

describe("an interpreter that goes in the middle of a line", () => {
  const interim = { "lk.transcription_final": "false", "translator.committed": "5" };

  it("leaves what will not change, and no half word for ever", async () => {
    await say("anna", 1, "Good mourn", interim);
    await shows("anna: Good mourn"); // two speakers' captions do not wait for one another
    await say("bea", 1, "perhaps", { ...interim, "translator.committed": "0" });
    await shows("anna: Good mourn", "bea: perhaps");
    gone.set(new Set([interpreter.key]));

    expect(words()).toEqual(["anna: Good "]);
    expect(feed.passages.get().all[0]?.texts[0]).toMatchObject({ final: true }); // so that the transcript has it
  });

  it("may still have its end come in, but nothing unfinished", async () => {
    await say("anna", 1, "Good mourn", interim);
    await shows("anna: Good mourn");
    gone.set(new Set([interpreter.key]));
    await say("anna", 1, "Good mourning to", interim);
    await say("anna", 2, "Let u", interim);
    await shows("anna: Good ", "anna: Let u");
    await say("anna", 1, "Good morning.");

    await shows("anna: Good morning.", "anna: Let u");
  });

  it("takes nothing from those of the next one", async () => {
    const next = await Signer.make();
    keys.set(new Set([interpreter.key, next.key]));
    gone.set(new Set([interpreter.key]));
    source.send("anna", ["Good mourn"], await next.sign("anna", "Good mourn", captionOf("anna", 1, interim)));

    await shows("anna: Good mourn");
  });
});

describe("the captions of the interpreter", () => {
  it("are shown, piece by piece put together", async () => {
    const attributes = await interpreter.sign("anna", "Good morning.", captionOf("anna", 1));
    source.send("anna", ["Good ", "morning."], attributes);

    await shows("anna: Good morning.");
    expect(feed.refused.get()).toBe(0);
    expect(warn).not.toHaveBeenCalled();
  });

  it("keep their order, however long each check takes", async () => {
    const slow = new SignatureCheck(crypto.subtle);
    let first = true;
    vi.spyOn(slow, "holds").mockImplementation(async () => {
      if (first) {
        first = false;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return true;
    });
    feed.close();
    feed = new CaptionFeed(source, keys, gone, Date.now, slow);
    const interim = { "lk.transcription_final": "false" };
    await say("anna", 1, "Good", interim);
    await say("anna", 1, "Good morning", interim);

    await shows("anna: Good morning");
  });

  it("wait a moment for the key of an interpreter that has only just come", async () => {
    keys.set(new Set());
    await say("anna", 1, "Good morning.");
    await say("anna", 2, "Let us begin.");
    keys.set(new Set([interpreter.key]));

    await shows("anna: Good morning.", "anna: Let us begin.");
    expect(feed.refused.get()).toBe(0);
  });

  it("stay believed after it has left, beside those of the next one", async () => {
    const next = await Signer.make();
    keys.set(new Set([interpreter.key, next.key]));
    await say("anna", 1, "Good morning.");
    source.send("anna", ["Welcome back."], await next.sign("anna", "Welcome back.", captionOf("anna", 1)));

    await shows("anna: Good morning.", "anna: Welcome back.");
    expect(feed.passages.get().all.map(({ epoch }) => epoch)).toEqual([interpreter.key, next.key]);
  });
});

describe("what a listener makes up", () => {
  const LIE = "I have just sold the company.";

  it("shows nowhere, whatever she copies from the interpreter, and the true words stand", async () => {
    const seen = await say("anna", 1, "Good", { "lk.transcription_final": "false" });
    await shows("anna: Good");
    const forged: Readonly<Record<string, string>> = { ...seen, "lk.transcription_final": "true" };
    const { [SIGNATURE_ATTRIBUTE]: signature, ...unsigned } = forged;
    const ownSegment = JSON.parse(JSON.stringify(unsigned).replaceAll("anna/", "eve/")) as Record<string, string>;
    const attempts = [
      forged,
      unsigned,
      {
        ...unsigned,
        language: "es",
        "lk.segment_id": unsigned["lk.segment_id"]!.replace(/en$/, "es"),
        translated: "true",
      },
      await eve.sign("eve", LIE, unsigned),
      await eve.sign("anna", LIE, unsigned),
      await eve.sign("eve", LIE, ownSegment),
      { ...ownSegment, [SIGNATURE_ATTRIBUTE]: signature! },
      seen,
    ];
    for (const attributes of attempts) source.send("eve", [LIE], attributes);
    source.send("eve", ["Good"], seen); // the very same, in her name
    const final = await say("anna", 1, "Good morning.");
    source.send("eve", ["Good morning."], final);

    await shows("anna: Good morning.");
    // Three were signed with her own key, which may still turn out to be an interpreter's that has just come.
    await vi.waitFor(() => expect(feed.refused.get()).toBe(attempts.length + 2), { timeout: 15_000 });
    expect(words()).toEqual(["anna: Good morning."]);
    expect(warn.mock.calls.length).toBe(1);
    expect(JSON.stringify(warn.mock.calls)).not.toContain("company");
  }, 20_000);

  it("is counted and told once", async () => {
    for (let at = 0; at < 30; at += 1) source.send("eve", [LIE], captionOf("eve", at));

    await refused(30);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(words()).toEqual([]);
    expect(source.forgotten).toHaveLength(30);
  });

  it("does not become true when the stream's end changes its attributes", async () => {
    const attributes = await interpreter.sign("anna", "Good morning.", captionOf("anna", 1));
    async function* pieces(): AsyncGenerator<string> {
      yield "Good morning.";
      source.infos[0]!.attributes!["translator.source_language"] = "fr";
    }
    source.send("anna", pieces(), attributes);

    await refused(1);
    expect(words()).toEqual([]);
  });

  it("is not read on when it has no end, and its stream is forgotten", async () => {
    const endless = new Endless("words ".repeat(100));
    const id = source.send("eve", endless, await eve.sign("eve", "", captionOf("eve", 1)));

    await refused(1);
    expect(endless.taken).toBeLessThan(20);
    expect(source.forgotten).toEqual([id]);
  });

  it("is not begun to be read when it says that it is too long, or is signed by nobody", async () => {
    const [announced, unsigned] = [new Endless("x"), new Endless("x")];
    source.send("eve", announced, await eve.sign("eve", "", captionOf("eve", 1)), 1e12);
    source.send("eve", unsigned, captionOf("eve", 1));

    await refused(2);
    expect([announced.taken, unsigned.taken]).toEqual([0, 0]);
  });

  it("is read for a while only when nothing more comes, and only so many at a time", async () => {
    vi.useFakeTimers();
    try {
      const attributes = await eve.sign("eve", "", captionOf("eve", 1));
      for (let at = 0; at < 60; at += 1) source.send("eve", stalled(), attributes);
      await vi.advanceTimersByTimeAsync(100);
      expect(feed.refused.get()).toBe(10);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(source.forgotten).toHaveLength(60);
    } finally {
      vi.useRealTimers();
    }
  });

  it("waits for keys that never come all at once, and not one after the other", async () => {
    vi.useFakeTimers();
    try {
      const attributes = await eve.sign("eve", LIE, captionOf("eve", 1));
      for (let at = 0; at < 40; at += 1) source.send("eve", [LIE], attributes);
      await vi.advanceTimersByTimeAsync(4900);
      expect(feed.refused.get()).toBe(0);
      await vi.advanceTimersByTimeAsync(200);
      expect(feed.refused.get()).toBe(40);
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not hold up or crowd out the others' words, however much it is", async () => {
    const attributes = await eve.sign("eve", "Listen!", captionOf("eve", 1));
    for (let at = 0; at < 3000; at += 1) source.send("eve", ["Listen!"], attributes);
    await say("anna", 1, "Good morning.");

    await shows("anna: Good morning.");
    await vi.waitFor(() => expect(feed.refused.get()).toBeGreaterThan(2000));
  });

  it("is not in what is saved", async () => {
    await say("anna", 1, "Good morning.");
    source.send("eve", [LIE], { ...captionOf("anna", 2), "translator.start_ms": "1e300" });
    source.send("eve", [LIE], { ...captionOf("eve", 2), "translator.start_ms": "1e300" });
    await shows("anna: Good morning.");
    await refused(2);

    expect(transcriptOf(feed.passages.get().all, "Board", String).entries.map(({ texts }) => texts[0]?.text)).toEqual([
      "Good morning.",
    ]);
  });
});

describe("a browser that cannot check who sent a caption", () => {
  it("shows none, and says so", async () => {
    feed.close();
    feed = new CaptionFeed(source, keys, gone, Date.now, new SignatureCheck(undefined));
    await say("anna", 1, "Good morning.");

    await vi.waitFor(() => expect(feed.checkable.get()).toBe(false));
    await refused(1);
    expect(words()).toEqual([]);
  });
});

it("takes nothing more once it is closed", async () => {
  keys.set(new Set());
  await say("anna", 1, "Good morning.");
  feed.close();
  await say("anna", 2, "Still there?");
  keys.set(new Set([interpreter.key]));
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect(words()).toEqual([]);
});

describe("in an encrypted meeting", () => {
  const GCM = 1;
  let senders: string[];
  beforeEach(() => {
    senders = [];
    const note = (from: string): void => void senders.push(from);
    feed = new CaptionFeed(source, keys, gone, Date.now, new SignatureCheck(crypto.subtle), [], note);
  });

  /** As livekit-server passes it on: it cannot see in whose name the interpreter sends. */
  async function relay(from: string, encryptionType: number): Promise<void> {
    const attributes = await interpreter.sign("anna", "Good morning.", captionOf("anna", 1));
    source.encryptionType = encryptionType;
    source.send(from, ["Good morning."], attributes);
  }

  it("believes what the interpreter signed in its own name, and says from whom it came", async () => {
    await relay("agent-1", GCM);
    await shows("anna: Good morning.");
    expect(senders).toEqual(["agent-1"]);
  });

  it("believes nothing that is not encrypted, and nothing that was not signed so", async () => {
    await relay("agent-1", 0);
    await refused(1);
    const attributes = await interpreter.sign("anna", "Good evening.", captionOf("anna", 2));
    source.encryptionType = GCM;
    source.send("agent-1", ["I have sold the company."], attributes);
    await refused(2);
    expect([words(), senders]).toEqual([[], []]);
  });
});
