import { useEffect, useState } from "react";
import type { TextKey } from "../logic/i18n";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** Its return is news for so long. */
const BACK_FOR_MS = 8000;

/** That the interpreter went or came back, for those who hear or read it; null where there is nothing to say. */
export function usePresenceText(): TextKey | null {
  const meeting = useMeeting();
  const presence = useStore(meeting.presence);
  const { listen, read } = useStore(meeting.wishSender.wishes);
  const [isNews, setNews] = useState(false);

  useEffect(() => {
    if (presence !== "back") return undefined;
    setNews(true);
    const timer = window.setTimeout(() => setNews(false), BACK_FOR_MS);
    return () => window.clearTimeout(timer);
  }, [presence]);

  const hears = listen !== "off" && meeting.admission.role !== "reader";
  if (!hears && read.mode === "off") return null;
  switch (presence) {
    case "unseen":
    case "here":
      return null;
    case "left":
      return hears ? "interpreter.leftHear" : "interpreter.leftRead";
    case "replaced":
      return "interpreter.replaced";
    case "back":
      return isNews ? "interpreter.back" : null;
  }
}
