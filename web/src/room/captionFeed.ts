import { ConnectionState, type Room, type TextStreamReader } from "livekit-client";
import { merge, readRevision, type Passages } from "../logic/captions";
import type { Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";

const TOPIC = "lk.transcription";

/** Receives the captions that the interpreter sends to this participant. */
export class CaptionFeed {
  readonly passages = new Store<Passages>([]);
  private lastInterpreter = "";

  constructor(
    private readonly room: Room,
    private readonly interpreter: Readable<Interpreter>,
  ) {
    room.registerTextStreamHandler(TOPIC, (reader, { identity }) => {
      this.read(reader, identity).catch((error: unknown) => {
        // A stream breaks off when the connection does; its next revision carries the whole text again.
        if (this.room.state === ConnectionState.Connected) console.warn("a caption could not be read", error);
      });
    });
  }

  close(): void {
    this.room.unregisterTextStreamHandler(TOPIC);
  }

  private async read(reader: TextStreamReader, sender: string): Promise<void> {
    const text = await reader.readAll();
    const revision = readRevision(text, reader.info.attributes ?? {}, sender);
    if (!revision) return;
    const interpreter = this.interpreter.get();
    if (interpreter.present) this.lastInterpreter = interpreter.identity;
    this.passages.update((passages) => merge(passages, revision, this.lastInterpreter, Date.now()));
  }
}
