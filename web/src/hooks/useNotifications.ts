import { useEffect, useRef } from "react";
import { notify } from "../room/notifying";
import type { Door } from "./useDoor";
import { useI18n } from "./useI18n";
import { usePreferences } from "./usePreferences";
import { usePresenceText } from "./usePresence";

/** Tells people who wish it, while another window is in front, who waits at the door and how the interpreter fares. */
export function useNotifications(title: string, door: Door): void {
  const { text } = useI18n();
  const [{ notifications }] = usePreferences();
  const presence = usePresenceText();
  const told = useRef<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const waiting = door.state?.waiting ?? [];
    const fresh = waiting.filter(({ id }) => !told.current.has(id));
    told.current = new Set(waiting.map(({ id }) => id));
    if (!notifications) return;
    for (const { id, name } of fresh) notify(title, text("notify.door", { name }), `door-${id}`);
  }, [door.state, notifications, text, title]);

  useEffect(() => {
    if (notifications && presence) notify(title, text(presence), "interpreter");
  }, [presence, notifications, text, title]);
}
