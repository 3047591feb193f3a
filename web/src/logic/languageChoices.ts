/** What a list of languages holds: their names, their order, and why some cannot be chosen. */

import type { TextKey } from "./i18n";
import { COMMON_LANGUAGES, nameOf, ownNameOf, sortedByName } from "./languages";
import { isOffered } from "./offer";

/** In the order of the list. */
export const GROUPS = ["special", "recent", "all", "missing"] as const;
export type Group = (typeof GROUPS)[number];

export interface LanguageChoice {
  /** A code, or another word where the choice is no language. */
  readonly value: string;
  /** As the language's own speakers call it. */
  readonly own: string;
  /** As the reader's language calls it; "" where that says nothing new. */
  readonly name: string;
  readonly group: Group;
  /** Why it cannot be chosen; null where it can. */
  readonly reason: TextKey | null;
}

/** A choice that is no language, such as the original sound. */
export interface SpecialChoice {
  readonly value: string;
  readonly label: string;
}

export interface Listing {
  /** Codes that can be chosen; null or empty while nobody knows them. */
  readonly offered: readonly string[] | null | undefined;
  readonly special?: readonly SpecialChoice[];
  /** Why a language that is not offered is not. */
  readonly reason?: (code: string) => TextKey;
  /** Left out altogether. */
  readonly without?: readonly string[];
  /** Whether common languages that are not offered are shown, greyed; they are, unless this says no. */
  readonly showsMissing?: boolean;
}

/** The whole list: what is special, what was used last, the others by name, and what is not here. */
export function choicesOf(
  listing: Listing,
  locale: string,
  chosen: string,
  recent: readonly string[],
): readonly LanguageChoice[] {
  const { offered, special = [], reason = () => "language.notOffered", without = [], showsMissing = true } = listing;
  const known = offered?.length ? offered : null;
  const codes = known ?? COMMON_LANGUAGES;
  const listed = new Set([...codes, ...special.map(({ value }) => value), ""].map((code) => code.toLowerCase()));
  const extra = listed.has(chosen.toLowerCase()) ? [] : [chosen];
  const wanted = (code: string): boolean => !without.includes(code);
  const there = [...codes, ...extra].filter((code) => isOffered(code, known)).filter(wanted);
  const used = recent.filter((code) => there.includes(code));
  const missing = [...extra, ...(showsMissing ? COMMON_LANGUAGES : [])].filter((code) => !isOffered(code, known));
  const rows = (group: Group, some: readonly string[]): LanguageChoice[] =>
    some.map((code) => ({
      value: code,
      ...namesOf(code, locale),
      group,
      reason: group === "missing" ? reason(code) : null,
    }));
  return [
    ...special.map(({ value, label }) => ({ value, own: label, name: "", group: "special" as const, reason: null })),
    ...rows("recent", used),
    ...rows(
      "all",
      sortedByName(
        there.filter((code) => !used.includes(code)),
        locale,
      ),
    ),
    ...rows("missing", sortedByName(missing.filter(wanted), locale)),
  ];
}

/** What a field shows of what is chosen. */
export function labelOf(value: string, special: readonly SpecialChoice[], locale: string): string {
  const found = special.find((choice) => choice.value === value);
  if (found || value === "") return found?.label ?? "";
  const { own, name } = namesOf(value, locale);
  return name ? `${own} · ${name}` : own;
}

function namesOf(code: string, locale: string): { own: string; name: string } {
  const own = ownNameOf(code, locale);
  const name = nameOf(code, locale);
  return { own, name: folded(name) === folded(own) ? "" : name };
}

/** Those that have a name which fits what was typed, the best first; names count with and without their marks. */
export function matching(choices: readonly LanguageChoice[], typed: string): readonly LanguageChoice[] {
  const wanted = folded(typed.trim());
  if (wanted === "") return choices;
  const ranked = choices.map((choice) => ({ choice, rank: rankOf(choice, wanted) + (choice.reason ? UNLIKE : 0) }));
  return ranked
    .filter(({ choice, rank }) => rank < (choice.reason ? 2 * UNLIKE : UNLIKE))
    .sort((one, other) => one.rank - other.rank)
    .map(({ choice }) => choice);
}

/** The rank of what does not fit. */
const UNLIKE = 3;

function rankOf({ value, own, name, group }: LanguageChoice, wanted: string): number {
  const names = [own, name, group === "special" ? "" : nameOf(value, "en")].map(folded);
  if (folded(value) === wanted || names.some((one) => one.startsWith(wanted))) return 0;
  if (names.some((one) => one.split(/[\s()-]+/).some((word) => word.startsWith(wanted)))) return 1;
  return names.some((one) => one.includes(wanted)) ? 2 : UNLIKE;
}

function folded(words: string): string {
  return words.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "");
}
