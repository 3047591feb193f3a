/** The organiser's glossary as rows of a table, and as the API wants it. */

import { sameLanguage } from "./languages";

export interface GlossaryEntry {
  readonly source: string;
  readonly language: string;
  readonly translations?: Readonly<Record<string, string>>;
  readonly spoken?: Readonly<Record<string, string>>;
  /** Whether capitals must be as written; absent: decided by form. Not in the table, but kept. */
  readonly match_case?: boolean | null;
}

export interface Glossary {
  readonly entries: readonly GlossaryEntry[];
}

/** One line of the table: a term, and for one language how it is written and pronounced. */
export interface GlossaryRow {
  readonly id: number;
  readonly source: string;
  readonly language: string;
  readonly translations: Readonly<Record<string, string>>;
  readonly spoken: Readonly<Record<string, string>>;
  readonly matchCase?: boolean;
}

/** As `MAX_ENTRIES` of `protocol/glossary.py`. */
export const MOST_ENTRIES = 1000;

export function rowsOf(glossary: Glossary | null): GlossaryRow[] {
  return (glossary?.entries ?? []).map((entry, id) => ({
    id,
    source: entry.source,
    language: entry.language,
    translations: entry.translations ?? {},
    spoken: entry.spoken ?? {},
    ...(entry.match_case == null ? {} : { matchCase: entry.match_case }),
  }));
}

/** Leaves out empty rows and empty cells; null where nothing is left. */
export function glossaryOf(rows: readonly GlossaryRow[]): Glossary | null {
  const entries = rows
    .filter((row) => row.source.trim() !== "")
    .map((row) => ({
      source: row.source.trim(),
      language: row.language,
      translations: filled(row.translations),
      spoken: filled(row.spoken),
      ...(row.matchCase === undefined ? {} : { match_case: row.matchCase }),
    }));
  return entries.length ? { entries } : null;
}

function filled(cells: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(cells)
      .map(([language, text]) => [language, text.trim()])
      .filter(([, text]) => text !== ""),
  );
}

/** With what was read: a term that is there already gets what is new. No more than fit. */
export function withImported(
  rows: readonly GlossaryRow[],
  terms: readonly Omit<GlossaryRow, "id">[],
): readonly GlossaryRow[] {
  const merged = rows.filter(({ source }) => source.trim() !== "");
  let id = Math.max(0, ...rows.map((row) => row.id));
  for (const term of terms) {
    const at = merged.findIndex(
      (row) => keyOf(row.source) === keyOf(term.source) && sameLanguage(row.language, term.language),
    );
    const before = merged[at];
    if (before) {
      const translations = { ...before.translations, ...term.translations };
      merged[at] = { ...before, translations, spoken: { ...before.spoken, ...term.spoken } };
    } else merged.push({ ...term, id: (id += 1) });
  }
  return merged.slice(0, MOST_ENTRIES);
}

/** A term is the same one however it is written large or small. */
export function keyOf(source: string): string {
  return source.trim().toLowerCase();
}
