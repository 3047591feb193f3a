import { useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Organising } from "../logic/api";
import { Notice } from "./controls";
import { Icon } from "./Icon";

/** Closes everybody else's microphone, and says how many were open. */
export function MuteOthers({ organising }: { organising: Organising }) {
  const { text, count } = useI18n();
  const errorText = useErrorText();
  const [muted, setMuted] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const mute = async (): Promise<void> => {
    setBusy(true);
    setMuted(null);
    setError(null);
    try {
      setMuted((await organising.muteOthers()).muted);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="mute-others">
      <button type="button" className="button" disabled={busy} onClick={() => void mute()}>
        <Icon name="micOff" />
        {text("host.muteOthers")}
      </button>
      <span role="status">{muted !== null && count("host.muted", muted)}</span>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
    </div>
  );
}
