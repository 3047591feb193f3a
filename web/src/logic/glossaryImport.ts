/** A glossary out of a table that somebody pasted or chose as a file: CSV or TSV, a term in each line. */

import { keyOf, MOST_ENTRIES, type GlossaryRow } from "./glossary";
import { baseOf, isLanguageCode, sameLanguage } from "./languages";

/** Of a table; a thousand terms in several languages are far less. */
export const MOST_TABLE_CHARACTERS = 300_000;
/** As the fields of the glossary's own table. */
export const MOST_CELL_CHARACTERS = 100;
const MOST_COLUMNS = 33;

export type Problem = "noTerm" | "tooLong" | "twice" | "quote" | "tooMany" | "columns";

export interface LineProblem {
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly problem: Problem;
}

export interface Imported {
  readonly terms: readonly Omit<GlossaryRow, "id">[];
  readonly problems: readonly LineProblem[];
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What a column holds: forms of the term in a language, or how it is spoken in it. */
interface Column {
  readonly kind: "translations" | "spoken";
  readonly language: string;
}

/**
 * Reads a table. Lines that cannot be used are named, the others hold.
 *
 * A first line of language codes names the columns, "es spoken" one of pronunciations; without it they are a term in
 * `language`, how it is written in `target`, and how it is spoken there.
 */
export function readTable(text: string, language: string, target: string): Imported {
  const problems: LineProblem[] = [];
  const lines = linesOf(text.replace(/^\uFEFF/, ""), problems);
  const named = columnsOf(lines[0]?.cells ?? []);
  const [first, ...others] = named ?? [
    { kind: "translations", language },
    { kind: "translations", language: target },
    { kind: "spoken", language: target },
  ];
  const terms: Omit<GlossaryRow, "id">[] = [];
  const seen = new Set<string>();
  for (const { line, cells } of named ? lines.slice(1) : lines) {
    const problem = problemOf(cells, others.length + 1, seen, terms.length);
    if (problem) problems.push({ line, problem });
    else terms.push(termOf(cells, (first as Column).language, others));
  }
  return { terms, problems: problems.sort((one, other) => one.line - other.line) };
}

function problemOf(cells: readonly string[], columns: number, seen: Set<string>, terms: number): Problem | null {
  const source = cells[0] ?? "";
  if (source === "") return "noTerm";
  if (cells.length > columns) return "columns";
  if (cells.some((cell) => cell.length > MOST_CELL_CHARACTERS)) return "tooLong";
  if (seen.has(keyOf(source))) return "twice";
  if (terms >= MOST_ENTRIES) return "tooMany";
  seen.add(keyOf(source));
  return null;
}

function termOf([source = "", ...forms]: readonly string[], language: string, columns: readonly Column[]) {
  const of = (kind: Column["kind"]): Record<string, string> =>
    Object.fromEntries(
      columns.flatMap((column, at) =>
        column.kind === kind && forms[at] && !(kind === "translations" && sameLanguage(column.language, language))
          ? [[column.language, forms[at]]]
          : [],
      ),
    );
  return { source, language, translations: of("translations"), spoken: of("spoken") };
}

const SPOKEN = /\s+spoken$/i;

/** Null where the first line names no languages: two different ones at least. */
function columnsOf(cells: readonly string[]): readonly Column[] | null {
  const columns = cells.map((cell): Column => {
    const language = cell.replace(SPOKEN, "").replaceAll("_", "-");
    return { kind: SPOKEN.test(cell) ? "spoken" : "translations", language };
  });
  const codes = columns.map(({ language }) => language);
  const areCodes = codes.length > 1 && codes.length <= MOST_COLUMNS && codes.every(isKnownCode);
  return areCodes && columns[0]?.kind === "translations" ? columns : null;
}

/** "Hive" could be a code by its form, but no language is called so. */
function isKnownCode(code: string): boolean {
  if (!isLanguageCode(code)) return false;
  const base = baseOf(code);
  return new Intl.DisplayNames("en", { type: "language", fallback: "none" }).of(base) !== undefined;
}

/** By tabs where there are any, as spreadsheets copy them; else by what the first line has more of. */
function separatorOf(text: string): string {
  const first = text.split(/[\r\n]/).find((line) => line.trim() !== "") ?? "";
  if (first.includes("\t")) return "\t";
  return first.split(";").length > first.split(",").length ? ";" : ",";
}

/** RFC 4180, with any of the separators; empty lines are left out. */
function linesOf(text: string, problems: LineProblem[]): Line[] {
  const separator = separatorOf(text);
  const lines: Line[] = [];
  let cells: string[] = [];
  let [cell, quoted, line, began] = ["", false, 1, 1];
  const endLine = (): void => {
    const all = [...cells, cell].map(cleaned);
    while (all.length > 1 && all.at(-1) === "") all.pop();
    if (all.some((one) => one !== "")) lines.push({ line: began, cells: all });
    [cells, cell, began] = [[], "", line + 1];
  };
  const source = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at] as string;
    if (quoted && sign === '"' && source[at + 1] === '"') {
      cell += sign;
      at += 1;
    } else if (sign === '"' && (quoted || cell.trim() === "")) {
      quoted = !quoted;
      if (quoted) cell = "";
    } else if (sign === separator && !quoted) {
      cells.push(cell);
      cell = "";
    } else if (sign === "\n" && !quoted) {
      endLine();
      line += 1;
    } else {
      if (sign === "\n") line += 1;
      cell += sign;
    }
  }
  if (quoted) problems.push({ line: began, problem: "quote" });
  else endLine();
  return lines;
}

/** In one line, without what cannot be seen. */
function cleaned(cell: string): string {
  return cell
    .replace(/\s+/g, " ")
    .replace(/(?![\u200c\u200d])\p{C}/gu, "")
    .trim();
}
