import { useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Organising } from "../logic/api";
import { Dialog, Notice, Switch } from "./controls";

interface RemoveDialogProps {
  readonly name: string;
  readonly identity: string;
  readonly organising: Organising;
  readonly onClose: () => void;
}

/** Asks before somebody is removed, and whether the link they came by goes with them. */
export function RemoveDialog({ name, identity, organising, onClose }: RemoveDialogProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [withdraw, setWithdraw] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await organising.removePerson(identity, withdraw);
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title={text("remove.title", { name })} onClose={onClose}>
      <p>{text("remove.text")}</p>
      <Switch label={text("remove.link")} hint={text("remove.linkHint")} checked={withdraw} onChange={setWithdraw} />
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <p className="actions">
        <button type="button" className="button button-danger" disabled={busy} onClick={() => void remove()}>
          {text("remove.remove")}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {text("app.cancel")}
        </button>
      </p>
    </Dialog>
  );
}
