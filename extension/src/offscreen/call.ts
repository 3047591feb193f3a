import { channelFor, lagOf } from "@hive/logic/interpreter";
import { microphoneProblem } from "@hive/logic/microphone";
import { offerOf, UNKNOWN } from "@hive/logic/offer";
import { ApiError } from "@hive/logic/jsonService";
import { stayAwayMs } from "@hive/logic/renewal";
import { Store } from "@hive/logic/store";
import { wait } from "@hive/logic/waiting";
import { Mixer } from "@hive/room/mixer";
import { IDLE, othersHear, type CallStart, type CallState, type Problem } from "../logic/call";
import { isWithdrawn, Pairing, type PrivateRoom } from "../logic/pairing";
import { speaks, type Settings } from "../logic/settings";
import { microphoneSound, tabSound } from "./capture";
import { Drawing } from "./drawing";
import { Outgoing } from "./outgoing";
import { Visit } from "./visit";

const RATE_HZ = 48_000;
const TAB = "tab";
const TRANSLATION = "translation";

/** How long a lost room is looked for again, and how often. */
const RETURN_FOR_MS = 3 * 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

interface Place {
  readonly room: PrivateRoom;
  readonly visit: Visit;
}

/** One call that is interpreted: its tab's sound and the microphone, and what comes of them, until it ends. */
export class Call {
  readonly state: Store<CallState>;
  readonly outgoing: Outgoing;
  private readonly context = new AudioContext({ sampleRate: RATE_HZ });
  private readonly drawing = new Drawing(() => this.wanted);
  private readonly mixer = new Mixer(this.context);
  private readonly pairing: Pairing;
  private readonly closing = new AbortController();
  private tab: MediaStreamTrack | null = null;
  private microphone: MediaStreamTrack | null = null;
  private place: Place | null = null;

  constructor(
    private readonly start: CallStart,
    private wanted: Settings = start.settings,
  ) {
    this.state = new Store<CallState>({ ...IDLE, phase: "starting", tab: start.tab });
    this.pairing = new Pairing(start.device.address);
    this.outgoing = new Outgoing(this.context);
    this.outgoing.speaking.subscribe(() => this.reviewOthers());
    this.mixer.setBalance(wanted.balance);
    this.reviewOthers();
  }

  get lines(): Drawing["lines"] {
    return this.drawing.lines;
  }

  get settings(): Settings {
    return this.wanted;
  }

  /** Runs until the call ends. */
  async run(): Promise<void> {
    // Asked for at once: the interpreter is on its way while the browser hands over the sound.
    const room = this.openRoom();
    try {
      this.tab = await tabSound(this.start.streamId);
    } catch (error) {
      console.warn("the tab's sound cannot be had", error);
      this.end("protected");
      await room.then((made) => this.giveBack(made)).catch(() => undefined); // there was none
      return;
    }
    this.tab.addEventListener("ended", () => this.end("tab-gone"));
    this.mixer.addOriginal(TAB, this.tab, false);
    // From here on the tab is heard by way of this document alone.
    await this.mixer.resume();
    await this.openMicrophone();
    await this.keepVisiting(room);
  }

  /** Ends it; the browser plays the tab's sound itself again. */
  end(problem: Problem | null): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    this.drawing.close();
    this.tab?.stop();
    this.microphone?.stop();
    this.outgoing.close();
    void this.leave();
    void this.mixer.close();
    this.state.set({ ...IDLE, problem });
  }

  async change(settings: Settings): Promise<void> {
    const before = this.wanted;
    this.wanted = settings;
    this.mixer.setBalance(settings.balance);
    if (before.microphone !== settings.microphone || before.device !== settings.device) await this.switchMicrophone();
    this.place?.visit.wish(settings, this.state.get().pressed);
    this.reviewOthers();
    this.drawing.draw();
  }

  press(pressed: boolean): void {
    this.tell({ pressed });
    this.place?.visit.wish(this.wanted, pressed);
    this.reviewOthers();
  }

  tell(change: Partial<CallState>): void {
    if (!this.closing.signal.aborted) this.state.update((state) => ({ ...state, ...change }));
  }

  /** Finds a private room again and again, until the call ends or there is none to be had. */
  private async keepVisiting(first: Promise<PrivateRoom>): Promise<void> {
    let room = first;
    let waitMs = FIRST_WAIT_MS;
    let awaySinceMs = -Infinity;
    for (;;) {
      try {
        const made = await room;
        if (this.closing.signal.aborted) return await this.giveBack(made);
        const visit = await this.visit(made);
        waitMs = FIRST_WAIT_MS;
        await visit.over;
        awaySinceMs = performance.now();
        this.left();
      } catch (error) {
        console.warn("no private room", error);
        const problem = problemOf(error);
        const began = awaySinceMs > -Infinity;
        if (!began || problem === "withdrawn") return this.end(problem);
        if (performance.now() - awaySinceMs > RETURN_FOR_MS) return this.end("server-gone");
        waitMs = Math.max(stayAwayMs(error), Math.min(LONGEST_WAIT_MS, waitMs * 2));
      }
      await wait(waitMs, this.closing.signal);
      if (this.closing.signal.aborted) return;
      room = this.openRoom();
    }
  }

  private openRoom(): Promise<PrivateRoom> {
    const room = this.pairing.openRoom(this.start.device, this.wanted);
    room.catch(() => undefined); // whoever waits for it hears of it
    return room;
  }

  /** Where the installation does not hear of it, it ends the room by itself. */
  private async giveBack(room: PrivateRoom): Promise<void> {
    await this.pairing.closeRoom(this.start.device, room).catch((error: unknown) => console.info(error));
  }

  private async visit(room: PrivateRoom): Promise<Visit> {
    const { tab, microphone } = this;
    if (!tab) throw new Error("a visit without sound");
    const visit = new Visit(this.wanted);
    visit.interpreter.subscribe(() => this.follow(visit));
    visit.presence.subscribe(() => this.follow(visit));
    visit.interrupted.subscribe(() => this.tellConnection(visit));
    this.drawing.follow(visit);
    visit.heard.track.subscribe(() => this.hear(visit.heard.track.get()));
    visit.spoken.track.subscribe(() => this.outgoing.play(visit.spoken.track.get()));
    try {
      await visit.enter(room, { call: tab, microphone });
    } catch (error) {
      void this.giveBack(room);
      throw error;
    }
    this.place = { room, visit };
    if (this.closing.signal.aborted) await this.leave();
    // What changed meanwhile.
    this.tellConnection(visit);
    visit.wish(this.wanted, this.state.get().pressed);
    if (this.microphone !== microphone) await this.moveMicrophone();
    return visit;
  }

  /** While it is entered, and once it was left, something else is told. */
  private tellConnection(visit: Visit): void {
    if (this.place?.visit !== visit) return;
    this.tell({ phase: visit.interrupted.get() ? "interrupted" : "running" });
  }

  /** The originals are heard in full again, as nothing speaks over them. */
  private left(): void {
    void this.leave();
    this.hear(null);
    this.outgoing.play(null);
    this.tell({ phase: "interrupted", interpreter: "absent", lag: { kind: "unknown" } });
  }

  /** Nothing is to be left of the room. */
  private async leave(): Promise<void> {
    const { place } = this;
    this.place = null;
    if (!place) return;
    await place.visit.leave();
    await this.giveBack(place.room);
  }

  private hear(track: MediaStreamTrack | null): void {
    if (this.closing.signal.aborted) return;
    if (track) this.mixer.addTranslation(TRANSLATION, track);
    else this.mixer.remove(TRANSLATION);
  }

  private follow(visit: Visit): void {
    const interpreter = visit.interpreter.get();
    const presence = visit.presence.get();
    const joining = interpreter.present && interpreter.state === "initializing";
    const gone = presence === "left" || presence === "replaced" ? "left" : "absent";
    this.tell({
      interpreter: joining ? "joining" : interpreter.present ? "present" : gone,
      lag: lagOf(channelFor(interpreter, this.wanted.hear), this.state.get().lag.kind),
      offered: offerOf(UNKNOWN, interpreter).read,
    });
  }

  private async openMicrophone(): Promise<void> {
    if (!this.wanted.microphone) return this.tell({ microphone: "off" });
    try {
      this.microphone = await microphoneSound(this.wanted.device);
    } catch (error) {
      return this.tell({ microphone: microphoneProblem(error) });
    }
    this.microphone.addEventListener("ended", () => this.tell({ microphone: "missing" }));
    this.tell({ microphone: "on" });
  }

  private async switchMicrophone(): Promise<void> {
    this.microphone?.stop();
    this.microphone = null;
    await this.openMicrophone();
    await this.moveMicrophone();
  }

  /** Into the room, where there is one, in place of the one that was there. */
  private async moveMicrophone(): Promise<void> {
    const { place, microphone } = this;
    if (!place) return;
    await place.visit.closeMicrophone();
    if (microphone) await place.visit.openMicrophone(place.room, microphone);
  }

  private reviewOthers(): void {
    const mode = speaks(this.wanted) ? this.wanted.speak : "off";
    const { pressed } = this.state.get();
    this.tell({ othersHear: othersHear(mode, { pressed, translationSpeaking: this.outgoing.speaking.get() }) });
  }
}

function problemOf(error: unknown): Problem {
  if (isWithdrawn(error)) return "withdrawn";
  if (!(error instanceof ApiError)) return "offline"; // livekit-client could not connect
  if (error.code === "offline") return "offline";
  return error.retryAfterS !== null ? "crowded" : "refused";
}
