/**
 * Plays what a client received in a real room to the page's own caption feed, outside a browser.
 *
 * Reads `{"participants": [{"identity", "kind", "attributes"}], "streams": [{"sender", "text", "attributes"}]}` on
 * standard input and writes `{"transcript", "refused"}` on standard output; used by tests/live/test_hostile_captions.py.
 */

import type { Room } from "livekit-client";
import { transcriptOf } from "../src/logic/transcript";
import { write } from "../src/logic/transcriptFiles";
import { CaptionFeed } from "../src/room/captionFeed";
import { InterpreterWatch } from "../src/room/interpreterWatch";
import { FakeSource } from "./fakes/captions";
import { UNMARKED } from "./marks";

interface Received {
  readonly participants: readonly { identity: string; kind: number; attributes: Record<string, string> }[];
  readonly streams: readonly { sender: string; text: string; attributes: Record<string, string> }[];
}

declare const process: {
  readonly stdin: AsyncIterable<Uint8Array>;
  on(event: "beforeExit", listener: () => void): void;
};

/** As much of a room as the watch looks at. */
class ReplayedRoom {
  readonly remoteParticipants: ReadonlyMap<string, unknown>;
  private readonly listeners: (() => void)[] = [];

  constructor(participants: Received["participants"]) {
    this.remoteParticipants = new Map(participants.map((one) => [one.identity, one]));
  }

  on(_: string, listener: () => void): this {
    this.listeners.push(listener);
    return this;
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }
}

async function replay(): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece);
  const { participants, streams } = JSON.parse(await new Blob(pieces as BlobPart[]).text()) as Received;
  const room = new ReplayedRoom(participants);
  const watch = new InterpreterWatch(room as unknown as Room);
  const source = new FakeSource();
  const feed = new CaptionFeed(source, watch.keys, watch.gone, Date.now);
  room.changed();
  for (const { sender, text, attributes } of streams) source.send(sender, [text], attributes);
  // All is done when nothing is left to wait for.
  process.on("beforeExit", () => {
    const all = transcriptOf(feed.passages.get().all, "Replayed", String);
    // Clause by clause, as they were sent.
    const transcript = JSON.parse(write({ ...all, entries: all.clauses }, "json", "en", UNMARKED)) as unknown;
    console.log(JSON.stringify({ transcript, refused: feed.refused.get() }));
  });
}

void replay();
