import { useRemoteParticipants } from "@livekit/components-react";
import { servedBy } from "../logic/languages";
import { isPerson } from "../room/directory";
import { SAMPLE_LANGUAGE } from "../room/sample";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** Whether this person is alone with an interpreter that understands the sample. */
export function useSampleOffered(): boolean {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const others = useRemoteParticipants().filter(isPerson);
  const isRecognised =
    interpreter.present && servedBy(SAMPLE_LANGUAGE, interpreter.abilities.recognised ?? []) !== undefined;
  return meeting.maySpeak && isRecognised && others.length === 0;
}
