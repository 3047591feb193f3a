import { send } from "../chrome/messages";
import {
  IDLE,
  type CallStart,
  type CallState,
  type FromPage,
  type FromViewer,
  type PageMicrophone,
  type Problem,
  type ToPage,
  type ToViewer,
} from "../logic/call";
import { Call } from "./call";
import { VoiceSender } from "./voiceSender";
import type { Settings } from "../logic/settings";

type Port = chrome.runtime.Port;

interface CallPage {
  readonly sender: VoiceSender;
  readonly microphone: PageMicrophone;
}

/** What says most comes first. */
const TELLING: readonly PageMicrophone[] = ["replaced", "suspended", "failed", "waiting"];

/** Keeps at most one call, and tells of it to all who show it. */
export class Desk {
  private call: Call | null = null;
  private state: CallState = IDLE;
  private readonly viewers = new Set<Port>();
  /** The frames of the call's page that can replace a microphone. */
  private readonly pages = new Map<Port, CallPage>();

  async start(start: CallStart): Promise<void> {
    this.call?.end(null);
    const call = new Call(start);
    this.call = call;
    call.state.subscribe(() => this.call === call && this.follow(call));
    call.lines.subscribe(() => this.call === call && this.show({ type: "lines", lines: call.lines.get() }));
    this.follow(call);
    void call.run().catch((error: unknown) => {
      console.error("the call broke off", error);
      call.end("refused");
    });
  }

  /** Nothing has begun. */
  failed(problem: Problem): void {
    if (!this.call || this.state.phase === "idle") this.set({ ...IDLE, problem });
  }

  stop(): void {
    this.call?.end(null);
  }

  async change(settings: Settings): Promise<void> {
    await this.call?.change(settings);
    this.show({ type: "state", state: this.state, settings });
  }

  captions(captions: CallState["captions"]): void {
    this.call?.tell({ captions });
  }

  /** Somebody who shows the call: the captions over its page, or the button's window. */
  addViewer(port: Port): void {
    this.viewers.add(port);
    if (port.sender?.tab && this.ofCall(port)) this.captions("shown");
    port.onMessage.addListener((message: FromViewer) => this.call?.press(message.pressed));
    port.onDisconnect.addListener(() => {
      this.viewers.delete(port);
      this.call?.press(false);
      // A page that was loaded anew has lost them.
      if (this.ofCall(port) && this.state.phase !== "idle" && this.state.tab)
        void send({ to: "background", type: "show", tabId: this.state.tab.id });
    });
    port.postMessage(this.stateMessage());
    if (this.call) port.postMessage({ type: "lines", lines: this.call.lines.get() } satisfies ToViewer);
  }

  /** The part in a frame of a page whose microphone may be replaced. */
  addPage(port: Port): void {
    const { call } = this;
    if (!call || !this.ofCall(port)) return port.disconnect();
    const failed = (): void => this.learn(port, "failed");
    const sender = new VoiceSender(port, call.outgoing.stream, failed);
    this.pages.set(port, { sender, microphone: "waiting" });
    port.onMessage.addListener((message: FromPage) => {
      if (message.type === "microphone") this.learn(port, message.microphone);
      else sender.take(message).catch(failed);
    });
    port.onDisconnect.addListener(() => {
      sender.close();
      this.pages.delete(port);
      this.tellMicrophone();
    });
    this.tellMicrophone();
    this.tellPages();
  }

  /** Where no voice arrives, nothing else counts any more. */
  private learn(port: Port, microphone: PageMicrophone): void {
    const page = this.pages.get(port);
    if (!page || page.microphone === "failed") return;
    this.pages.set(port, { ...page, microphone });
    this.tellMicrophone();
  }

  /** One frame holds the call; what the others say does not count. */
  private tellMicrophone(): void {
    const all = [...this.pages.values()].map(({ microphone }) => microphone);
    this.call?.tell({ page: TELLING.find((one) => all.includes(one)) ?? "out-of-reach" });
  }

  private ofCall(port: Port): boolean {
    return port.sender?.tab?.id !== undefined && port.sender.tab.id === this.state.tab?.id;
  }

  private follow(call: Call): void {
    const state = call.state.get();
    if (state.phase === "idle") {
      for (const port of this.pages.keys()) port.disconnect();
      for (const { sender } of this.pages.values()) sender.close();
      this.pages.clear();
    }
    this.set(state);
  }

  private set(state: CallState): void {
    const before = this.state;
    this.state = state;
    this.show(this.stateMessage());
    this.tellPages();
    if (state.phase !== before.phase || state.problem !== before.problem)
      void send({ to: "background", type: "state", phase: state.phase, problem: state.problem });
  }

  private stateMessage(): ToViewer {
    return { type: "state", state: this.state, settings: this.call?.settings ?? null };
  }

  private show(message: ToViewer): void {
    for (const port of this.viewers) port.postMessage(message);
  }

  private tellPages(): void {
    for (const port of this.pages.keys())
      port.postMessage({ type: "hear", hear: this.state.othersHear } satisfies ToPage);
  }
}
