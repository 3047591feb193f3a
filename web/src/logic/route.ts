/** Which page an address asks for. */

import { readFragment } from "./roomKey";

export type Route =
  | { readonly page: "start" }
  | { readonly page: "pair" }
  | { readonly page: "join"; readonly invitation: string; readonly key?: string }
  | {
      readonly page: "captions";
      readonly room: string;
      readonly invitation: string;
      readonly key?: string;
      readonly options: CaptionPageOptions;
    }
  | { readonly page: "unknown" };

export interface CaptionPageOptions {
  /** "original" or a code. */
  readonly language: string;
  readonly transparent: boolean;
  readonly calm: boolean;
  readonly names: boolean;
  /** Lines that stay on the screen. */
  readonly lines: number;
  /** Height of a letter in hundredths of the window's height; less in upright windows. */
  readonly size: number;
  readonly align: "start" | "center";
}

/** `hash` carries the invitation, and the key of an encrypted meeting, so that they reach no server's log. */
export function routeOf({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">): Route {
  const parts = pathname.split("/").filter(Boolean).map(decoded);
  if (parts.length === 0) return { page: "start" };
  const [first, second] = parts;
  const fragment = readFragment(hash);
  const invitation = decoded(fragment.invitation);
  const key = fragment.key === null ? {} : { key: fragment.key };
  if (parts.length === 1 && first === "pair") return { page: "pair" };
  if (parts.length === 1 && first === "join" && invitation) return { page: "join", invitation, ...key };
  if (parts.length === 2 && first === "captions" && second) {
    return { page: "captions", room: second, invitation, ...key, options: captionOptions(search) };
  }
  return { page: "unknown" };
}

/** Where a link leads on this site, its invitation included. */
export function onThisSite(link: string): string {
  const { pathname, search, hash } = new URL(link);
  return pathname + search + hash;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

export function captionOptions(search: string): CaptionPageOptions {
  const query = new URLSearchParams(search);
  const on = (name: string): boolean => ["1", "true", "yes", ""].includes(query.get(name) ?? "no");
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const value = Number.parseFloat(query.get(name) ?? "");
    return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : fallback;
  };
  const language = query.get("lang") ?? "original";
  return {
    language: /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(language) ? language : "original",
    transparent: on("transparent") || query.get("background") === "transparent",
    calm: !query.has("calm") || on("calm"),
    names: !query.has("names") || on("names"),
    lines: Math.round(number("lines", 4, 1, 20)),
    size: number("size", 6, 1, 20),
    align: query.get("align") === "center" ? "center" : "start",
  };
}
