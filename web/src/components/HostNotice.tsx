import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { TextKey } from "../logic/i18n";
import type { HostNotice as Notice } from "../room/hostSigns";
import { CloseButton } from "./controls";

const WITH_NAME: Readonly<Record<Notice["what"], TextKey>> = {
  muted: "host.mutedBy",
  appointed: "host.appointedBy",
  dismissed: "host.dismissed",
};
/** For organisers whom nobody here knows: who made the meeting need not be in it. */
const WITHOUT: Readonly<Record<Notice["what"], TextKey>> = {
  muted: "host.mutedBySomebody",
  appointed: "host.appointed",
  dismissed: "host.dismissed",
};

/** Tells somebody what an organiser has just done to them, as a line of the strip. */
export function HostNotice() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const notice = useStore(meeting.host.notice);
  const names = useStore(meeting.directory.names);
  if (!notice) return null;
  const name = names.get(notice.by);
  return (
    <div className="strip-action" role="status" data-host={notice.what}>
      <p>{name ? text(WITH_NAME[notice.what], { name }) : text(WITHOUT[notice.what])}</p>
      {notice.what === "muted" && (
        <button type="button" className="button" onClick={() => void meeting.setMicrophone(true)}>
          {text("room.unmute")}
        </button>
      )}
      <CloseButton onClose={() => meeting.host.dismiss()} />
    </div>
  );
}
