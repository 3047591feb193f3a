/** In which language somebody hears each person, and how loud: one language, a second one, and single choices. */

import { parsed } from "./json";
import { isLanguageCode, sameLanguage } from "./languages";
import { within } from "./numbers";
import { isOffered } from "./offer";
import { heardBy, type Attributes } from "./wishes";

/** Among what may be chosen for one person: their own words. */
export const ORIGINAL = "original";

/** As worker/hearing_choices.py takes them. */
const MOST_UNDERSTOOD = 4;
export const MOST_OVERRIDES = 16;
const MOST_CHARACTERS = 4000;
const LONGEST_IDENTITY = 256;

const MOST_VOLUMES = 200;
export const LOUDEST = 2;

/** In which register others shall hear somebody; "" leaves it to the interpreter. */
export const REGISTERS = ["", "low", "high"] as const;
export type Register = (typeof REGISTERS)[number];

/** What a person chose of hearing, beside the language that they hear. */
export interface HearingChoices {
  /** Whoever speaks this language is heard in the original; "" for none. */
  readonly understands: string;
  /** How others shall hear this person. */
  readonly voice: Register;
  /** Whether others shall hear this person in a computed voice that resembles theirs, in this meeting. */
  readonly likeness: boolean;
  /** By identity: `ORIGINAL`, or the language to hear that person in; the oldest first. */
  readonly overrides: ReadonlyMap<string, string>;
  /** By identity: 0 to `LOUDEST`; 1 where nothing is said. */
  readonly volumes: ReadonlyMap<string, number>;
}

export const NO_CHOICES: HearingChoices = {
  understands: "",
  voice: "",
  likeness: false,
  overrides: new Map(),
  volumes: new Map(),
};

/** What somebody wishes to hear, as far as others know it. */
export interface Hearer {
  /** A code, or "off". */
  readonly listen: string;
  readonly understands: readonly string[];
  readonly overrides: ReadonlyMap<string, string>;
}

export function hearerOf(listen: string, { understands, overrides }: HearingChoices): Hearer {
  return { listen, understands: understands ? [understands] : [], overrides };
}

/** Reads what a participant says of themselves, which may be anything. */
export function readHearer(attributes: Attributes): Hearer {
  const understands = (attributes["translator.understands"] ?? "")
    .slice(0, MOST_CHARACTERS)
    .split(",", MOST_UNDERSTOOD)
    .map((code) => code.trim())
    .filter(isLanguageCode);
  const chosen = attributes["translator.overrides"] ?? "";
  return {
    listen: heardBy(attributes),
    understands,
    overrides: chosen.length > MOST_CHARACTERS ? new Map() : readOverrides(parsed(chosen || undefined)),
  };
}

function readOverrides(said: unknown): ReadonlyMap<string, string> {
  if (typeof said !== "object" || said === null || Array.isArray(said)) return new Map();
  return overridesFrom(Object.entries(said).slice(0, MOST_OVERRIDES));
}

function overridesFrom(entries: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(
    entries.filter(
      (entry): entry is [string, string] =>
        Array.isArray(entry) && isIdentity(entry[0]) && (entry[1] === ORIGINAL || isCode(entry[1])),
    ),
  );
}

function isIdentity(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_IDENTITY;
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && value !== "off" && isLanguageCode(value);
}

/** What is chosen for one person: `ORIGINAL`, or the language to hear them in should they speak another one. */
export function chosenFor(hearer: Hearer, identity: string, spoken: string): string {
  const single = hearer.overrides.get(identity);
  if (single !== undefined) return single;
  const understood = hearer.understands.some((code) => sameLanguage(spoken, code));
  return hearer.listen === "off" || understood ? ORIGINAL : hearer.listen;
}

/** The language in which somebody hears one person; null for that person's own words. */
export function heardAs(hearer: Hearer, identity: string, spoken: string): string | null {
  const chosen = chosenFor(hearer, identity, spoken);
  return chosen === ORIGINAL || sameLanguage(spoken, chosen) ? null : chosen;
}

/** All languages that somebody may hear translated, the general one first. */
export function languagesHeard({ listen, overrides }: Hearer): readonly string[] {
  const general = listen === "off" ? [] : [listen];
  return [...new Set([...general, ...overrides.values()])].filter((code) => code !== ORIGINAL);
}

/** What the others and the interpreter are told; what is not offered is left out. An empty value takes one away. */
export function hearingAttributes(choices: HearingChoices, offered: readonly string[] | null): Record<string, string> {
  const overrides = [...choices.overrides].filter(([, code]) => code === ORIGINAL || isOffered(code, offered));
  return {
    "translator.understands": choices.understands,
    "translator.overrides": overrides.length ? JSON.stringify(Object.fromEntries(overrides)) : "",
    "translator.voice": choices.voice,
    "translator.likeness": choices.likeness ? "on" : "",
  };
}

/** With another choice for one person; "" for none. Of too many, the oldest choice goes. */
export function overriding(choices: HearingChoices, identity: string, chosen: string): HearingChoices {
  const others = [...choices.overrides].filter(([who]) => who !== identity);
  const all: [string, string][] = chosen ? [...others, [identity, chosen]] : others;
  return { ...choices, overrides: new Map(all.slice(-MOST_OVERRIDES)) };
}

export function withVolume(choices: HearingChoices, identity: string, volume: number): HearingChoices {
  const others = [...choices.volumes].filter(([who]) => who !== identity);
  const kept = within(volume, 0, LOUDEST);
  const all: [string, number][] = kept === 1 ? others : [...others, [identity, kept]];
  return { ...choices, volumes: new Map(all.slice(-MOST_VOLUMES)) };
}

export function volumeOf({ volumes }: HearingChoices, identity: string): number {
  return volumes.get(identity) ?? 1;
}

export function registerOf(value: unknown): Register {
  return REGISTERS.find((register) => register === value) ?? "";
}

/** The choices for single persons and for this meeting alone, as they are kept. */
export function writeSingle({ likeness, overrides, volumes }: HearingChoices): string {
  return JSON.stringify({ likeness, overrides: [...overrides], volumes: [...volumes] });
}

/** Reads what `writeSingle` made; what is none of it is left out. */
export function readSingle(kept: string): Pick<HearingChoices, "likeness" | "overrides" | "volumes"> {
  const said = parsed(kept || undefined);
  const { likeness, overrides, volumes } = (typeof said === "object" && said !== null ? said : {}) as Record<
    string,
    unknown
  >;
  return {
    likeness: likeness === true,
    overrides: overridesFrom(Array.isArray(overrides) ? overrides.slice(-MOST_OVERRIDES) : []),
    volumes: new Map(
      (Array.isArray(volumes) ? volumes.slice(-MOST_VOLUMES) : []).filter(
        (entry): entry is [string, number] =>
          Array.isArray(entry) && isIdentity(entry[0]) && typeof entry[1] === "number" && inRange(entry[1]),
      ),
    ),
  };
}

function inRange(volume: number): boolean {
  return volume >= 0 && volume <= LOUDEST;
}
