import { useEffect } from "react";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

const MARKS = [192, 512].map((size) => ({
  src: `/icon-${size}.png`,
  sizes: `${size}x${size}`,
  type: "image/png",
}));

/**
 * Names the meeting on the lock screen and among the system's media controls.
 *
 * Where the system has buttons for them, they turn the microphone on and off and leave.
 */
export function useMediaSession(title: string, leave: () => void): void {
  const meeting = useMeeting();
  const active = useStore(meeting.microphone).state === "on";

  useEffect(() => {
    if (!("mediaSession" in navigator)) return undefined;
    const session = navigator.mediaSession;
    session.metadata = new MediaMetadata({ title, artist: "HIVE", artwork: MARKS });
    session.playbackState = "playing";
    return () => {
      session.metadata = null;
      session.playbackState = "none";
    };
  }, [title]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return undefined;
    const session = navigator.mediaSession;
    void session.setMicrophoneActive?.(active);
    const ends = [
      handle(session, "togglemicrophone", () => meeting.maySpeak && void meeting.setMicrophone(!active)),
      handle(session, "hangup", leave),
    ];
    return () => ends.forEach((end) => end());
  }, [meeting, active, leave]);
}

/** What browsers know and TypeScript's library does not yet. */
type SystemButton = "togglemicrophone" | "hangup";

/** Hears one of the system's buttons until the returned function is called; a browser that lacks it goes on as before. */
function handle(session: MediaSession, action: SystemButton, act: () => void): () => void {
  const name = action as MediaSessionAction;
  try {
    session.setActionHandler(name, act);
  } catch (error) {
    if (error instanceof TypeError) return () => undefined;
    throw error;
  }
  return () => session.setActionHandler(name, null);
}
