/** JSON that comes from a room: never to be trusted. */

const MOST_JSON = 60_000;

/** What `json` says; null for anything that is none, or that nobody needs to read. */
export function parsed(json: string | undefined): unknown {
  if (json === undefined || json.length > MOST_JSON) return null;
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null; // not JSON, or nested without end
    throw error;
  }
}
