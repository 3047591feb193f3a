/** Who follows a speaker through the interpreter. */

import { heardAs, readHearer } from "./hearing";
import { channelFor, type Interpreter } from "./interpreter";
import { sameLanguage, servedBy } from "./languages";
import { readBy, type Attributes } from "./wishes";

export interface Listener {
  readonly identity: string;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface Audience {
  readonly identity: string;
  readonly name: string;
  /** As it is served. */
  readonly language: string;
  readonly how: "hears" | "reads";
}

/**
 * Who receives what somebody says in `spoken` in another language: those who hear a translation first, then those who only read.
 *
 * Heard is what the interpreter has a channel for; read, what it offers. Of a language that is not known nobody can
 * say who needs it translated.
 */
export function audienceOf(
  { identity: speaker, spoken }: { identity: string; spoken: string },
  others: readonly Listener[],
  interpreter: Interpreter,
): readonly Audience[] {
  if (!interpreter.present || spoken === "" || spoken === "auto") return [];
  const hears: Audience[] = [];
  const reads: Audience[] = [];
  for (const { identity, name, attributes } of others) {
    const channel = channelFor(interpreter, heardAs(readHearer(attributes), speaker, spoken) ?? "off");
    const read = readBy(attributes)
      .filter((code) => code !== "original" && !sameLanguage(code, spoken))
      .map((code) => servedBy(code, interpreter.languages))
      .find((code) => code !== undefined);
    if (channel?.state === "open" && !sameLanguage(channel.language, spoken))
      hears.push({ identity, name, language: channel.language, how: "hears" });
    else if (read !== undefined) reads.push({ identity, name, language: read, how: "reads" });
  }
  return [...hears, ...reads];
}
