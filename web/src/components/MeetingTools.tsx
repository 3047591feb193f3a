import { useMeeting } from "../hooks/useMeeting";
import { CameraButton } from "./CameraButton";
import { HandButton } from "./HandButton";
import { ShareButton } from "./ShareButton";

/** What a person sends besides their voice: in the bar where that is wide enough, else in its menu. */
export function MeetingTools() {
  const meeting = useMeeting();
  return (
    <>
      {meeting.maySpeak && <CameraButton />}
      {meeting.maySpeak && <ShareButton />}
      <HandButton />
    </>
  );
}
