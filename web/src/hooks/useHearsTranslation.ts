import { hearerOf, languagesHeard } from "../logic/hearing";
import { hearsTranslation } from "../logic/interpreter";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** Whether this person has a translated voice in their ears. */
export function useHearsTranslation(): boolean {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const { listen } = useStore(meeting.wishSender.wishes);
  const heard = languagesHeard(hearerOf(listen, useStore(meeting.hearing)));
  return heard.some((language) => hearsTranslation(interpreter, language));
}
