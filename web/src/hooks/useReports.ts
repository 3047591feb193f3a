import { sameLanguage } from "../logic/languages";
import type { Report } from "../logic/reports";
import { reportsTo } from "../logic/reports";
import { isUnrecognised } from "../logic/understanding";
import { useMeeting } from "./useMeeting";
import { useReportText } from "./useReportText";
import { useStore } from "./useStore";

/** That this person is not understood, while they have something to speak into; "" otherwise. */
export function useNotUnderstood(): string {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const { speak } = useStore(meeting.wishSender.wishes);
  const reportText = useReportText(meeting.directory);
  if (!meeting.maySpeak || !isUnrecognised(interpreter, speak)) return "";
  const report: Report = { code: "unrecognised", speaker: "", language: speak, other: "", count: 0 };
  return reportText(report, "concerned");
}

/** What the interpreter reports to this person, each thing once. */
export function useOwnReports(): readonly string[] {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const { listen, read } = useStore(meeting.wishSender.wishes);
  const microphone = useStore(meeting.microphone);
  const notUnderstood = useNotUnderstood();
  const reportText = useReportText(meeting.directory);
  if (!interpreter.present) return [];

  const to = {
    identity: meeting.room.localParticipant.identity,
    listen,
    read: read.mode === "translation" || read.mode === "both" ? read.language : "",
  };
  // What the page sees by itself is newer than what the interpreter has heard of their choices.
  const told = reportsTo(interpreter.reports, to).filter(
    ({ code, language }) =>
      code !== "unrecognised" && !(code === "unavailable" && listen !== "off" && sameLanguage(language, listen)),
  );
  const own = microphone.state === "on" && notUnderstood ? [notUnderstood] : [];
  return [...new Set([...own, ...told.map((report) => reportText(report, "concerned"))])];
}
