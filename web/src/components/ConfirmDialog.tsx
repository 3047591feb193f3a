import { useState, type ReactNode } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { Dialog, Notice } from "./controls";

interface ConfirmDialogProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly cancel?: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Asks before something that cannot be undone. What fails is said here, and may be tried again. */
export function ConfirmDialog({ title, action, cancel, onConfirm, onClose, children }: ConfirmDialogProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <p className="actions">
        <button type="button" className="button button-danger" disabled={busy} onClick={() => void confirm()}>
          {action}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {cancel ?? text("app.cancel")}
        </button>
      </p>
    </Dialog>
  );
}
