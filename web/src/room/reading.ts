import { Room } from "livekit-client";
import type { Admission, Api } from "../logic/api";
import { CaptionFeed, captionSource } from "./captionFeed";
import { Directory } from "./directory";
import type { Encryption } from "./encryption";
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
  private readonly room: Room;

  constructor(
    private readonly admission: Admission,
    api: Api,
    language: string,
    readonly encryption: Encryption | null = null,
  ) {
    const room = (this.room = new Room({
      ...(encryption ? { encryption: encryption.options } : {}),
      ...STREAM_OPTIONS,
      ...SESSION_OPTIONS,
    }));
    this.directory = new Directory(room);
    const watch = new InterpreterWatch(room);
    this.interpreter = watch.state;
    const sealed = encryption && ((from: string): void => encryption.prove(from));
    this.feed = new CaptionFeed(captionSource(room), watch.keys, watch.gone, Date.now, undefined, [], sealed);
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

  async start(): Promise<void> {
    await this.encryption?.follow(this.room, this.admission.room);
    await this.session.start();
  }

  async end(): Promise<void> {
    await this.session.leave();
    this.feed.close();
    this.encryption?.close();
  }
}
