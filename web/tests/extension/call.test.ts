// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CaptionLog, type Passages } from "../../src/logic/captionLog";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import { Call } from "../../../extension/src/offscreen/call";
import type { CallState, Line } from "../../../extension/src/logic/call";
import type { PrivateRoom } from "../../../extension/src/logic/pairing";
import { defaults, type Settings } from "../../../extension/src/logic/settings";
import type { Sound } from "../../../extension/src/offscreen/visit";
import { FakeAudio } from "../fakes/audio";

/** What waits until a test lets it go on. */
class Gate {
  open: () => void = () => undefined;
  close: (error: Error) => void = () => undefined;
  readonly passed = new Promise<void>((resolve, reject) => {
    this.open = resolve;
    this.close = reject;
  });
}

/** A stay in a private room whose door and captions a test moves. */
class FakeVisit {
  readonly interpreter = new Store<Interpreter>(ABSENT);
  readonly presence = new Store("unseen");
  readonly passages: Store<Passages>;
  readonly interrupted = new Store(false);
  readonly heard = { track: new Store<MediaStreamTrack | null>(null) };
  readonly spoken = { track: new Store<MediaStreamTrack | null>(null) };
  readonly door = new Gate();
  readonly end = new Gate();
  readonly over = this.end.passed;
  /** What was asked of it, in this order. */
  readonly asked: string[] = [];
  private readonly log = new CaptionLog();

  constructor() {
    this.passages = new Store(this.log.passages());
    visits.push(this);
  }

  enter(_: PrivateRoom, { microphone }: Sound): Promise<void> {
    this.asked.push(`enter with ${microphone ? microphone.id : "no microphone"}`);
    return this.door.passed;
  }

  openMicrophone(_: PrivateRoom, { id }: MediaStreamTrack): Promise<void> {
    this.asked.push(`open ${id}`);
    return Promise.resolve();
  }

  closeMicrophone(): Promise<void> {
    this.asked.push("close");
    return Promise.resolve();
  }

  leave(): Promise<void> {
    this.asked.push("leave");
    this.end.open();
    return Promise.resolve();
  }

  wish(): void {}

  speakerOf(): "call" {
    return "call";
  }

  /** An original in English comes, and nothing after it. */
  say(text: string): void {
    const whose = { id: "one/en", segment: "one", speaker: "tab", startMs: 0, endMs: 900, history: false };
    const said = { language: "en", sourceLanguage: "en", translated: false, committed: text, tentative: "" };
    this.log.take({ ...whose, ...said, final: true, note: "", doubt: "" }, "key", 0);
    this.passages.set(this.log.passages());
  }
}

const visits: FakeVisit[] = [];
const tracks: string[] = [];

const track = (id: string): MediaStreamTrack =>
  ({ id, addEventListener: () => undefined, stop: () => void tracks.push(`${id} stopped`) }) as never;

vi.mock("../../../extension/src/offscreen/visit", () => ({
  get Visit() {
    return FakeVisit;
  },
}));
vi.mock("../../../extension/src/offscreen/capture", () => ({
  tabSound: () => Promise.resolve(track("tab")),
  microphoneSound: (device: string) => Promise.resolve(track(device)),
}));

const ROOM = { room: "r", url: "wss://m", speakers: { tab: "a", microphone: "b" }, listener: "c", ice_servers: [] };
const SETTINGS: Settings = { ...defaults(["es"]), hear: "es", theirs: "en", read: "original" };
const START = {
  tab: { id: 1, title: "A talk" },
  streamId: "s",
  device: { address: "https://hive.test", id: "d", token: "t", expiresAt: "2030-01-01T00:00:00Z" },
};

let call: Call;
let closed: number;

async function entering(settings: Settings = SETTINGS): Promise<FakeVisit> {
  call = new Call({ ...START, settings });
  void call.run();
  await vi.waitFor(() => expect(visits.at(-1)?.asked).toHaveLength(1));
  return visits.at(-1) as FakeVisit;
}

async function entered(visit: FakeVisit): Promise<void> {
  visit.door.open();
  await vi.waitFor(() => expect(phase()).toBe("running"));
}

const phase = (): CallState["phase"] => call.state.get().phase;
const texts = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ rows }) => rows.flatMap(({ clauses }) => clauses.map(({ committed }) => committed)));

beforeEach(() => {
  visits.length = 0;
  tracks.length = 0;
  closed = 0;
  class Context extends FakeAudio {
    createMediaStreamDestination(): unknown {
      return { stream: {} };
    }
  }
  vi.stubGlobal("AudioContext", Context);
  vi.stubGlobal(
    "Audio",
    class {
      play = (): Promise<void> => Promise.resolve();
    },
  );
  vi.stubGlobal("MediaStream", class {});
  vi.stubGlobal("fetch", (_: string, { method }: RequestInit) => {
    if (method !== "DELETE") return Promise.resolve(new Response(JSON.stringify(ROOM), { status: 201 }));
    closed += 1;
    return Promise.resolve(new Response(null, { status: 204 }));
  });
});
afterEach(async () => {
  call.end(null);
  await vi.waitFor(() => expect(closed).toBe(visits.length)); // none is left behind
  vi.unstubAllGlobals();
});

describe("what comes while the room is still being entered", () => {
  it("is read, also where nothing comes after it", async () => {
    const visit = await entering();
    visit.say("Good morning.");
    await vi.waitFor(() => expect(texts(call.lines.get())).toEqual(["Good morning."]));
    await entered(visit);
    expect(texts(call.lines.get())).toEqual(["Good morning."]);
  });

  it("is read in the language that was chosen meanwhile", async () => {
    const visit = await entering({ ...SETTINGS, read: "off" });
    visit.say("Good morning.");
    await call.change(SETTINGS);
    await vi.waitFor(() => expect(texts(call.lines.get())).toEqual(["Good morning."]));
    await entered(visit);
  });

  it("is a microphone that was chosen meanwhile", async () => {
    const visit = await entering({ ...SETTINGS, microphone: true, device: "first" });
    await call.change({ ...SETTINGS, microphone: true, device: "second" });
    await entered(visit);
    await vi.waitFor(() => expect(visit.asked).toEqual(["enter with first", "close", "open second"]));
    expect(tracks).toEqual(["first stopped"]);
  });

  it("is a break of a connection, which is not over yet", async () => {
    const visit = await entering();
    visit.interrupted.set(true);
    visit.door.open();
    await vi.waitFor(() => expect(phase()).toBe("interrupted"));
    visit.interrupted.set(false);
    expect(phase()).toBe("running");
  });
});

describe("what is read", () => {
  it("is the original where the interpreter says, later, that it has no such language", async () => {
    const visit = await entering({ ...SETTINGS, read: "translation" });
    await entered(visit);
    const nothing = call.lines.get();
    visit.say("Good morning.");
    await vi.waitFor(() => expect(call.lines.get()).not.toBe(nothing)); // drawn without it
    visit.interpreter.set(readInterpreter("agent", { "translator.languages": JSON.stringify(["en", "fr"]) }));
    await vi.waitFor(() => expect(texts(call.lines.get())).toEqual(["Good morning."]));
  });

  it("stays while another room is entered, until something is said there", async () => {
    const visit = await entering();
    await entered(visit);
    visit.say("Good morning.");
    await vi.waitFor(() => expect(texts(call.lines.get())).toEqual(["Good morning."]));
    visit.end.open();
    await vi.waitFor(() => expect(visits).toHaveLength(2));
    const next = visits[1] as FakeVisit;
    next.interpreter.set(readInterpreter("agent", {}));
    await entered(next);
    expect(texts(call.lines.get())).toEqual(["Good morning."]);
    next.say("Welcome back.");
    await vi.waitFor(() => expect(texts(call.lines.get())).toEqual(["Welcome back."]));
  });
});

describe("a room that cannot be entered", () => {
  it("is given back once", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const visit = await entering();
    visit.door.close(new Error("no way"));
    await vi.waitFor(() => expect(call.state.get()).toMatchObject({ phase: "idle", problem: "offline" }));
    expect(closed).toBe(1);
  });
});
