import { hearsTranslation } from "../logic/interpreter";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** Whether this person has a translated voice in their ears. */
export function useHearsTranslation(): boolean {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  return hearsTranslation(interpreter, useStore(meeting.wishSender.wishes).listen);
}
