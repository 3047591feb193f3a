/** What livekit-client leaves open of text streams: they have no end but what their sender says. */

import { LogLevel, setLogLevel, type Room, type RoomOptions } from "livekit-client";

// At its own level it writes down join requests and, every half minute, statistics.
setLogLevel(LogLevel.warn);

/** What a compressed stream may become: more than any caption or message has. */
export const STREAM_OPTIONS = { dataStream: { maxPayloadByteLength: 100_000 } } satisfies RoomOptions;

interface Manager {
  readonly textStreamControllers: Map<string, unknown>;
}

/**
 * Forgets a stream that nobody will read, so that what is still sent on it is thrown away.
 *
 * livekit-client has no public way to do it: it gathers the pieces of an unread stream in memory for as long as
 * its sender stays, and fails at each piece where the stream was cancelled. A test holds that the map is there.
 */
export function forgetStream(room: Room, id: string): void {
  const { incomingDataStreamManager: manager } = room as unknown as { incomingDataStreamManager: Manager };
  manager.textStreamControllers.delete(id);
}
