import { Room } from "livekit-client";
import type { Admission, Api } from "../logic/api";
import { CaptionFeed } from "./captionFeed";
import { Directory } from "./directory";
import { InterpreterWatch } from "./interpreterWatch";
import { Session } from "./session";
import { WishSender } from "./wishSender";

/** A visit that only reads: no sound, no microphone, one kind of captions. */
export class Reading {
  readonly directory: Directory;
  readonly session: Session;
  private readonly feed: CaptionFeed;

  constructor(admission: Admission, api: Api, language: string) {
    const room = new Room();
    this.directory = new Directory(room);
    const watch = new InterpreterWatch(room);
    this.feed = new CaptionFeed(room, watch.state);
    const mode = language === "original" ? ("original" as const) : ("translation" as const);
    // The sender lives with the room, whose events it follows.
    new WishSender(room, { speak: "", listen: "off", read: { mode, language }, push: "always" });
    this.session = new Session(room, api, admission, { relayOnly: false, onConnected: () => Promise.resolve() });
  }

  get passages(): CaptionFeed["passages"] {
    return this.feed.passages;
  }

  start(): Promise<void> {
    return this.session.start();
  }

  async end(): Promise<void> {
    await this.session.leave();
    this.feed.close();
  }
}
