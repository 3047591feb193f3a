import { useI18n } from "../hooks/useI18n";
import type { Organising } from "../logic/api";
import { ConfirmDialog } from "./ConfirmDialog";

interface RemoveDialogProps {
  readonly name: string;
  readonly identity: string;
  /** The link they came by goes with them. */
  readonly block: boolean;
  readonly organising: Organising;
  readonly onClose: () => void;
}

/** Asks before somebody is removed. */
export function RemoveDialog({ name, identity, block, organising, onClose }: RemoveDialogProps) {
  const { text } = useI18n();
  return (
    <ConfirmDialog
      title={text(block ? "remove.blockTitle" : "remove.title", { name })}
      action={text(block ? "remove.block" : "remove.remove")}
      onConfirm={() => organising.removePerson(identity, block)}
      onClose={onClose}
    >
      <p>{text(block ? "remove.blockText" : "remove.text")}</p>
    </ConfirmDialog>
  );
}
