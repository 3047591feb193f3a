/** Where the connection to the meeting stands, as one union; changes go through `advance` alone. */

import { never } from "./store";

export type EndReason = "left" | "removed" | "elsewhere" | "closed" | "lost";

export type Connection =
  | { readonly state: "idle" }
  | { readonly state: "connecting" }
  | { readonly state: "connected"; readonly gapMs: number | null }
  | { readonly state: "reconnecting"; readonly sinceMs: number; readonly media: boolean }
  | { readonly state: "ended"; readonly reason: EndReason };

export type ConnectionEvent =
  | { readonly type: "connect" }
  | { readonly type: "connected" }
  | { readonly type: "interrupted"; readonly media: boolean; readonly atMs: number }
  | { readonly type: "restored"; readonly atMs: number }
  | { readonly type: "noticed" }
  | { readonly type: "ended"; readonly reason: EndReason };

/** An event that does not fit the state changes nothing: the browser may report one late. */
export function advance(connection: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case "connect":
      return connection.state === "connected" || connection.state === "reconnecting"
        ? connection
        : { state: "connecting" };
    case "connected":
      return connection.state === "connecting" ? { state: "connected", gapMs: null } : connection;
    case "interrupted":
      if (connection.state === "reconnecting") {
        // A lost signal may turn into lost sound; the other way round needs no new message.
        return event.media && !connection.media ? { ...connection, media: true } : connection;
      }
      return connection.state === "connected"
        ? { state: "reconnecting", sinceMs: event.atMs, media: event.media }
        : connection;
    case "restored":
      return connection.state === "reconnecting"
        ? { state: "connected", gapMs: Math.max(0, event.atMs - connection.sinceMs) }
        : connection;
    case "noticed":
      return connection.state === "connected" && connection.gapMs !== null
        ? { state: "connected", gapMs: null }
        : connection;
    case "ended":
      return connection.state === "ended" ? connection : { state: "ended", reason: event.reason };
    default:
      return never(event);
  }
}
