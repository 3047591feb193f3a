/** `/translate` and `/speak` as worker/commands.py knows them: what somebody who writes one on this page wants. */

import { isLanguageCode, servedBy } from "./languages";

export type Command =
  | { readonly kind: "off" | "help" }
  | { readonly kind: "hear" | "read" | "speak"; readonly language: string }
  | { readonly kind: "unknown"; readonly language: string };

/** `offered` are the languages that may be asked for; null where that is not known. */
export function readCommand(text: string, offered: readonly string[] | null): Command {
  const [name = "", first = "", second = "", ...more] = text.trim().toLowerCase().split(/\s+/);
  if (more.length > 0) return { kind: "help" };
  if (name === "/speak") return second ? { kind: "help" } : spoken(first, offered);
  if (first === "off" && !second) return { kind: "off" };
  if (!isLanguageCode(first) || (second && second !== "captions")) return { kind: "help" };
  const language = offered ? servedBy(first, offered) : first;
  if (!language) return { kind: "unknown", language: first };
  return { kind: second ? "read" : "hear", language };
}

function spoken(code: string, offered: readonly string[] | null): Command {
  if (code === "auto") return { kind: "speak", language: code };
  if (!isLanguageCode(code) || code === "off") return { kind: "help" };
  return { kind: "speak", language: servedBy(code, offered ?? []) ?? code };
}
