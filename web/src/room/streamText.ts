/** What comes of a text stream, within limits: its sender decides how long it is and whether it ever ends. */

import type { TextStreamReader } from "livekit-client";
import type { Readable } from "../logic/store";

/** The whole text; null where it is longer than `most`. Rejects where it is not complete within `limitMs`. */
export async function readWithin(
  stream: Pick<TextStreamReader, "withAbortSignal">,
  most: number,
  limitMs: number,
  closed: Readable<boolean>,
): Promise<string | null> {
  const late = new AbortController();
  const abort = (): void => late.abort(new Error("a stream did not come to its end"));
  const timer = setTimeout(abort, limitMs);
  const stop = closed.subscribe(abort);
  try {
    let text = "";
    for await (const piece of stream.withAbortSignal(late.signal)) {
      text += piece;
      if (text.length > most) return null;
    }
    return text;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Waits until `condition` holds after a change; false where it does not within `limitMs`. */
export function comesTrue<T>(
  readable: Readable<T>,
  condition: () => boolean,
  limitMs: number,
  closed: Readable<boolean>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      resolve(condition() && !closed.get());
    };
    const timer = setTimeout(end, limitMs);
    const stops = [readable.subscribe(() => condition() && end()), closed.subscribe(end)];
  });
}
