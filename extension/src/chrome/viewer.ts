import type { CallState, FromViewer, Line, ToViewer } from "../logic/call";
import { IDLE, VIEWER } from "../logic/call";
import type { Settings } from "../logic/settings";
import { Store } from "@hive/logic/store";

/** What somebody sees of the call. */
export interface View {
  readonly state: CallState;
  readonly lines: readonly Line[];
  /** As the call has them; null where there is none. */
  readonly settings: Settings | null;
}

const NOTHING: View = { state: IDLE, lines: [], settings: null };

/** Follows the call for as long as the offscreen document is there; there is none before the first call. */
export class Viewer {
  readonly view = new Store<View>(NOTHING);
  /** Whether there is anybody to follow. */
  readonly connected = new Store(false);
  private port: chrome.runtime.Port | null = null;

  /** `gone` is called when there is nobody to follow, or nobody any more. */
  constructor(private readonly gone: () => void = () => undefined) {}

  connect(): void {
    if (this.port) return;
    const port = chrome.runtime.connect({ name: VIEWER });
    this.port = port;
    port.onMessage.addListener((message: ToViewer) => {
      this.connected.set(true);
      this.view.update((view) => ({
        ...view,
        ...(message.type === "lines" ? { lines: message.lines } : shownOf(message)),
      }));
    });
    port.onDisconnect.addListener(() => {
      void chrome.runtime.lastError; // nobody was there
      this.port = null;
      this.connected.set(false);
      this.view.set(NOTHING);
      this.gone();
    });
  }

  close(): void {
    this.port?.disconnect();
    this.port = null;
  }

  press(pressed: boolean): void {
    this.port?.postMessage({ type: "press", pressed } satisfies FromViewer);
  }
}

function shownOf({ state, settings }: Extract<ToViewer, { type: "state" }>): Omit<View, "lines"> {
  return { state, settings };
}
