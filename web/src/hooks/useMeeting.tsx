import { createContext, useContext } from "react";
import type { Meeting } from "../room/meeting";

export const MeetingContext = createContext<Meeting | null>(null);

export function useMeeting(): Meeting {
  const meeting = useContext(MeetingContext);
  if (!meeting) throw new Error("useMeeting outside a meeting");
  return meeting;
}
