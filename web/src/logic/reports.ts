/** What the interpreter reports as a code with parameters, and whom it concerns; the page has the words. */

import { isLanguageCode, sameLanguage } from "./languages";
import { within } from "./numbers";

/** Beyond these, what an interpreter reports is not looked at; it tells at most twelve. */
const MOST_REPORTS = 20;
const MOST_IN_IDENTITY = 300;
const MOST_COUNT = 10_000;

type Parameter = "speaker" | "language" | "other" | "count";
type Concerned = "speaker" | "reader" | "hearer" | "organiser";

/** As in protocol/reports.py: whom each concerns, and what it cannot be without. */
const KINDS = {
  unrecognised: { concerns: "speaker", needs: ["speaker", "language"] },
  not_heard: { concerns: "speaker", needs: ["speaker"] },
  other_language: { concerns: "speaker", needs: ["speaker", "language", "other"] },
  too_loud: { concerns: "speaker", needs: ["speaker"] },
  interrupted: { concerns: "speaker", needs: ["speaker"] },
  waiting: { concerns: "speaker", needs: ["speaker", "count"] },
  not_translated: { concerns: "reader", needs: ["language"] },
  not_spoken: { concerns: "hearer", needs: ["language"] },
  unavailable: { concerns: "reader", needs: ["language"] },
  no_place: { concerns: "reader", needs: ["language", "count"] },
  no_voice: { concerns: "hearer", needs: ["language"] },
  channel_failed: { concerns: "hearer", needs: ["language"] },
  voice_missing: { concerns: "organiser", needs: ["language"] },
  no_likeness: { concerns: "speaker", needs: ["speaker"] },
  likeness_forbidden: { concerns: "speaker", needs: ["speaker"] },
  few_speakers: { concerns: "organiser", needs: ["count"] },
  few_languages: { concerns: "organiser", needs: ["count"] },
  few_voices: { concerns: "organiser", needs: ["count"] },
  fault: { concerns: "organiser", needs: [] },
} as const satisfies Readonly<Record<string, { concerns: Concerned; needs: readonly Parameter[] }>>;

export type ReportCode = keyof typeof KINDS;

export interface Report {
  readonly code: ReportCode;
  /** Identity; empty where it is about nobody. */
  readonly speaker: string;
  /** Codes; empty where it is about none. */
  readonly language: string;
  readonly other: string;
  readonly count: number;
}

/** Reads the list; a report that this page does not know, or that lacks something, is left out. */
export function readReports(value: unknown): readonly Report[] {
  return Array.isArray(value) ? value.slice(0, MOST_REPORTS).flatMap((one: unknown) => readReport(one) ?? []) : [];
}

function readReport(value: unknown): Report | null {
  if (typeof value !== "object" || value === null) return null;
  const { code, speaker, language, other, count } = value as Record<string, unknown>;
  if (typeof code !== "string" || !Object.hasOwn(KINDS, code)) return null;
  const report: Report = {
    code: code as ReportCode,
    speaker: typeof speaker === "string" && speaker.length <= MOST_IN_IDENTITY ? speaker : "",
    language: codeIn(language),
    other: codeIn(other),
    count: Math.floor(within(count, 0, MOST_COUNT)),
  };
  return KINDS[report.code].needs.every((parameter) => report[parameter]) ? report : null;
}

function codeIn(value: unknown): string {
  return typeof value === "string" && isLanguageCode(value) ? value : "";
}

/** Somebody to whom reports are told. */
export interface Addressee {
  readonly identity: string;
  /** A code, or "off". */
  readonly listen: string;
  /** The language whose translations they read; empty for none. */
  readonly read: string;
}

/** What concerns one person, whatever else they are. */
export function reportsTo(reports: readonly Report[], { identity, listen, read }: Addressee): readonly Report[] {
  const hears = (language: string): boolean => listen !== "off" && sameLanguage(language, listen);
  return reports.filter(({ code, speaker, language }) => {
    switch (KINDS[code].concerns) {
      case "speaker":
        return speaker === identity;
      case "hearer":
        return hears(language);
      case "reader":
        return hears(language) || sameLanguage(language, read);
      case "organiser":
        return false;
    }
  });
}
