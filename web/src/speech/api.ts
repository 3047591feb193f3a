/** What the page asks of the voice service; answers are read, never trusted. */

export const FORMATS = ["wav", "mp3", "ogg", "flac"] as const;
export type Format = (typeof FORMATS)[number];

export const MOST_CHARACTERS = 500;

export interface Voice {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  readonly accent: string;
  readonly register: "low" | "high" | "";
  readonly description: string;
  readonly engine: string;
}

export interface Speech {
  readonly text: string;
  readonly voice: string;
  readonly speed: number;
  readonly format: Format;
}

/** Where on the page a refusal belongs. */
export type Place = "key" | "text" | "voice" | "speed" | "page";

export class Refusal extends Error {
  constructor(
    readonly place: Place,
    message: string,
  ) {
    super(message);
  }
}

/** Characters as the service counts them: a sign outside the basic plane is one. */
export function countCharacters(text: string): number {
  return [...text].length;
}

export async function fetchVoices(key: string, signal: AbortSignal): Promise<{ chosen: string; voices: Voice[] }> {
  const tree: unknown = await (await ask("/voices", key, { signal })).json();
  if (!isTree(tree) || !Array.isArray(tree["voices"])) throw new Refusal("page", "The list of voices cannot be read.");
  const voices = tree["voices"].flatMap((voice: unknown) => readVoice(voice) ?? []);
  return { chosen: textOf(tree["default"]), voices };
}

export async function fetchSample(voice: string, key: string, signal: AbortSignal): Promise<Blob> {
  return (await ask(`/voices/${encodeURIComponent(voice)}/sample`, key, { signal })).blob();
}

export async function speak(speech: Speech, key: string, signal: AbortSignal): Promise<Blob> {
  const body = JSON.stringify(speech);
  const headers = { "content-type": "application/json" };
  return (await ask("/tts", key, { method: "POST", body, headers, signal })).blob();
}

/** Throws Refusal for every answer but a good one, and where there is none. */
async function ask(path: string, key: string, request: RequestInit): Promise<Response> {
  const headers = { ...(request.headers as Record<string, string>), authorization: `Bearer ${key}` };
  let answer: Response;
  try {
    answer = await fetch(path, { ...request, headers });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Refusal("page", "The service cannot be reached. Is the network there?");
  }
  if (answer.ok) return answer;
  throw new Refusal(placeOf(answer.status), await reasonOf(answer));
}

function placeOf(status: number): Place {
  switch (status) {
    case 400:
      return "text";
    case 401:
      return "key";
    case 404:
      return "voice";
    default:
      return "page";
  }
}

async function reasonOf(answer: Response): Promise<string> {
  const wait = Number(answer.headers.get("retry-after"));
  const later = wait > 0 ? ` Try again in ${wait} s.` : "";
  try {
    const tree: unknown = await answer.json();
    if (isTree(tree) && textOf(tree["detail"])) return textOf(tree["detail"]).slice(0, 300) + later;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // an answer that is not the service's own
  }
  return `The service answered with status ${answer.status}.${later}`;
}

function readVoice(voice: unknown): Voice | undefined {
  if (!isTree(voice) || !textOf(voice["name"]) || !textOf(voice["language"])) return undefined;
  const register = textOf(voice["register"]);
  return {
    name: textOf(voice["name"]),
    displayName: textOf(voice["display_name"]) || textOf(voice["name"]),
    language: textOf(voice["language"]),
    accent: textOf(voice["accent"]),
    register: register === "low" || register === "high" ? register : "",
    description: textOf(voice["description"]),
    engine: textOf(voice["engine"]),
  };
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
