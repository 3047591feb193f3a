import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import type { Organising } from "../logic/api";
import { ConfirmDialog } from "./ConfirmDialog";
import { Switch } from "./controls";

interface RemoveDialogProps {
  readonly name: string;
  readonly identity: string;
  readonly organising: Organising;
  readonly onClose: () => void;
}

/** Asks before somebody is removed, and whether the link they came by goes with them. */
export function RemoveDialog({ name, identity, organising, onClose }: RemoveDialogProps) {
  const { text } = useI18n();
  const [withdraw, setWithdraw] = useState(false);
  return (
    <ConfirmDialog
      title={text("remove.title", { name })}
      action={text("remove.remove")}
      onConfirm={() => organising.removePerson(identity, withdraw)}
      onClose={onClose}
    >
      <p>{text("remove.text")}</p>
      <Switch label={text("remove.link")} hint={text("remove.linkHint")} checked={withdraw} onChange={setWithdraw} />
    </ConfirmDialog>
  );
}
