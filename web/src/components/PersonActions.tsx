import { useState, type ReactNode } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Organisers } from "../hooks/useOrganisers";
import type { Organising } from "../logic/api";
import { isReader } from "../logic/names";
import { Notice } from "./controls";
import { MenuButton, type MenuItem } from "./MenuButton";
import { RemoveDialog } from "./RemoveDialog";

interface PersonActionsProps {
  readonly identity: string;
  readonly name: string;
  /** Whether their microphone is open. */
  readonly open: boolean;
  readonly organising: Organising | null;
  readonly organisers: Organisers | null;
  /** What everybody may set for this person, above what organisers may do. */
  readonly children?: ReactNode;
}

/** What can be done about one other person in the meeting. */
export function PersonActions({ identity, name, open, organising, organisers, children }: PersonActionsProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [removing, setRemoving] = useState<"remove" | "block" | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (!organising && !children) return null;

  const attempt = (call: Promise<unknown>): void => {
    setError(null);
    call.catch(setError);
  };
  const items = (host: Organising): readonly MenuItem[] => {
    const byLink = organisers?.get(identity);
    const maySee = organisers !== null && byLink !== true && !isReader(identity);
    const rights = byLink === undefined ? "host.appoint" : "host.dismiss";
    return [
      ...(open ? [{ label: text("host.mute"), onChoose: () => attempt(host.mute(identity)) }] : []),
      ...(maySee
        ? [
            {
              label: text(rights),
              onChoose: () => attempt(byLink === undefined ? host.appoint(identity) : host.dismissOrganiser(identity)),
            },
          ]
        : []),
      { label: text("remove.remove"), danger: true, onChoose: () => setRemoving("remove") },
      { label: text("remove.block"), danger: true, onChoose: () => setRemoving("block") },
    ];
  };
  return (
    <>
      <MenuButton label={text("people.actions", { name })} items={organising ? items(organising) : []}>
        {children}
      </MenuButton>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {organising && removing && (
        <RemoveDialog
          name={name}
          identity={identity}
          block={removing === "block"}
          organising={organising}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}
