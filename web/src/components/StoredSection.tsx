import { useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import type { Organising } from "../logic/api";
import { fileName, MEDIA_TYPES } from "../logic/transcriptFiles";
import { forgetMeeting } from "../room/meetingShelf";
import { ConfirmDialog } from "./ConfirmDialog";
import { Notice } from "./controls";
import { download } from "./download";
import { Icon } from "./Icon";

/** What the service keeps of this meeting: to be had, and to be erased. */
export function StoredSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const { room, title } = useMeeting().admission;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const stored = JSON.stringify(await organising.stored(), null, 2);
      download(new Blob([stored], { type: MEDIA_TYPES.json }), fileName(title, "stored", "json"));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="stored">
      <h3>{text("org.stored")}</h3>
      <p className="hint">{text("org.storedHint")}</p>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <p className="actions">
        <button type="button" className="button" disabled={busy} onClick={() => void save()}>
          <Icon name="download" />
          {text("org.storedDownload")}
        </button>
        <button type="button" className="button button-danger" onClick={() => setAsking(true)}>
          <Icon name="trash" />
          {text("org.erase")}
        </button>
      </p>
      {asking && (
        <ConfirmDialog
          title={text("org.eraseTitle")}
          action={text("org.erase")}
          onConfirm={async () => {
            await organising.erase();
            forgetMeeting(room);
          }}
          onClose={() => setAsking(false)}
        >
          <p>{text("org.eraseText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
