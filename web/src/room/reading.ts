import { Room } from "livekit-client";
import type { Admission, Api } from "../logic/api";
import { CaptionFeed, captionSource } from "./captionFeed";
import { Directory } from "./directory";
import { InterpreterWatch } from "./interpreterWatch";
import { Session, SESSION_OPTIONS } from "./session";
import { STREAM_OPTIONS } from "./streams";
import { WishSender } from "./wishSender";

/** A visit that only reads: no sound, no microphone, one kind of captions. */
export class Reading {
  readonly directory: Directory;
  readonly session: Session;
  readonly interpreter: InterpreterWatch["state"];
  private readonly feed: CaptionFeed;

  constructor(admission: Admission, api: Api, language: string) {
    const room = new Room({ ...STREAM_OPTIONS, ...SESSION_OPTIONS });
    this.directory = new Directory(room);
    const watch = new InterpreterWatch(room);
    this.interpreter = watch.state;
    this.feed = new CaptionFeed(captionSource(room), watch.keys, watch.gone, Date.now);
    const mode = language === "original" ? ("original" as const) : ("translation" as const);
    // The sender lives with the room, whose events it follows.
    new WishSender(room, { speak: "", listen: "off", read: { mode, language }, push: "always" }, watch.state);
    this.session = new Session(room, api, admission, { relayOnly: false, onConnected: () => Promise.resolve() });
  }

  get passages(): CaptionFeed["passages"] {
    return this.feed.passages;
  }

  get captionsCheckable(): CaptionFeed["checkable"] {
    return this.feed.checkable;
  }

  start(): Promise<void> {
    return this.session.start();
  }

  async end(): Promise<void> {
    await this.session.leave();
    this.feed.close();
  }
}
