import { useCallback } from "react";
import type { TextKey } from "../logic/i18n";
import { nameWithin } from "../logic/languages";
import { nameIn } from "../logic/names";
import type { Report, ReportCode } from "../logic/reports";
import type { Directory } from "../room/directory";
import { useI18n } from "./useI18n";
import { useStore } from "./useStore";

/** What is said to whom it concerns. */
const TEXTS: Readonly<Record<ReportCode, TextKey>> = {
  unrecognised: "report.unrecognised",
  not_heard: "report.notHeard",
  other_language: "report.otherLanguage",
  too_loud: "report.tooLoud",
  interrupted: "report.interrupted",
  waiting: "report.waiting",
  not_translated: "report.notTranslated",
  not_spoken: "report.notSpoken",
  unavailable: "report.unavailable",
  no_place: "report.noPlace",
  no_voice: "report.noVoice",
  channel_failed: "report.channelFailed",
  voice_missing: "report.voiceMissing",
  no_likeness: "likeness.failed",
  likeness_forbidden: "likeness.forbidden",
  few_speakers: "report.fewSpeakers",
  few_languages: "report.fewLanguages",
  few_voices: "report.fewVoices",
  fault: "report.fault",
};

/** What an organiser reads of it, where it concerns a speaker. */
const TEXTS_OF_OTHERS: Readonly<Partial<Record<ReportCode, TextKey>>> = {
  unrecognised: "reportOf.unrecognised",
  not_heard: "reportOf.notHeard",
  other_language: "reportOf.otherLanguage",
  too_loud: "reportOf.tooLoud",
  interrupted: "reportOf.interrupted",
  waiting: "reportOf.waiting",
};

/** Says a report in the reader's language: to whom it concerns, or as one about somebody else. */
export function useReportText(directory: Directory): (report: Report, to: "concerned" | "organiser") => string {
  const { text, count, language: locale } = useI18n();
  const names = useStore(directory.names);
  return useCallback(
    (report, to) => {
      const key = (to === "organiser" && TEXTS_OF_OTHERS[report.code]) || TEXTS[report.code];
      return text(key, {
        name: report.speaker && nameIn(names, report.speaker),
        language: report.language && nameWithin(report.language, locale),
        other: report.other && nameWithin(report.other, locale),
        count: report.count,
        speakers: count("org.capacitySpeakers", report.count),
        languages: count("org.capacityLanguages", report.count),
      });
    },
    [text, count, locale, names],
  );
}
