/** What the page asks of the voice service; answers are read, never trusted. */

import type { Values } from "../logic/i18n";
import type { SpeechKey } from "./words/load";

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

/** In words of the page, or as the service said it, which is English. */
export type Told = { readonly key: SpeechKey; readonly values?: Values } | { readonly detail: string };

export class Refusal extends Error {
  constructor(
    readonly place: Place,
    readonly told: Told,
    /** Trying again helps then; 0: nobody said. */
    readonly laterS = 0,
  ) {
    super("key" in told ? told.key : told.detail);
  }
}

/** What has words of its own, by the code of the service's problem. */
const TOLD: Readonly<Record<string, SpeechKey>> = {
  not_authorised: "error.not_authorised",
  nothing_to_speak: "error.nothing_to_speak",
  unknown_voice: "error.unknown_voice",
  rate_limited: "error.rate_limited",
  quota_used_up: "error.quota_used_up",
  engines_away: "error.engines_away",
};

/** Characters as the service counts them: a sign outside the basic plane is one. */
export function countCharacters(text: string): number {
  return [...text].length;
}

export async function fetchVoices(key: string, signal: AbortSignal): Promise<{ chosen: string; voices: Voice[] }> {
  const tree: unknown = await (await ask("/voices", key, { signal })).json();
  if (!isTree(tree) || !Array.isArray(tree["voices"])) throw new Refusal("page", { key: "error.voices" });
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
    throw new Refusal("page", { key: "error.offline" });
  }
  if (answer.ok) return answer;
  throw new Refusal(placeOf(answer.status), await toldBy(answer), Number(answer.headers.get("retry-after")) || 0);
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

async function toldBy(answer: Response): Promise<Told> {
  try {
    const tree: unknown = await answer.json();
    const key = isTree(tree) ? TOLD[textOf(tree["code"])] : undefined;
    if (key) return { key };
    if (isTree(tree) && textOf(tree["detail"])) return { detail: textOf(tree["detail"]).slice(0, 300) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // an answer that is not the service's own
  }
  return { key: "error.status", values: { status: String(answer.status) } };
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
