import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import type { Organising } from "../logic/api";
import { forgetMeeting } from "../room/meetingShelf";
import { ConfirmDialog } from "./ConfirmDialog";

/** Asks before the meeting is ended for everybody. */
export function EndDialog({ organising, onClose }: { organising: Organising; onClose: () => void }) {
  const { text } = useI18n();
  const { room } = useMeeting().admission;
  return (
    <ConfirmDialog
      title={text("org.endTitle")}
      action={text("org.end")}
      onConfirm={async () => {
        await organising.close();
        forgetMeeting(room);
      }}
      onClose={onClose}
    >
      <p>{text("org.endText")}</p>
    </ConfirmDialog>
  );
}
