import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useSecrecy } from "../hooks/useSecrecy";
import { useStore } from "../hooks/useStore";
import type { Organising } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { nameIn } from "../logic/names";
import type { Encryption } from "../room/encryption";
import { ConfirmDialog } from "./ConfirmDialog";
import { SecrecyBadge, type BadgeState } from "./SecrecyBadge";

const MEANINGS = {
  deaf: "sealed.deafText",
  hears: "sealed.hearsText",
  "other-key": "sealed.otherKeyText",
  wrong: "sealed.wrongText",
} as const satisfies Partial<Record<BadgeState, TextKey>>;

interface SealedBadgeProps {
  readonly encryption: Encryption;
  readonly organising: Organising | null;
}

/** Of a meeting that is encrypted end to end: whether the interpreter can hear it. Organisers decide that here. */
export default function SealedBadge({ encryption, organising }: SealedBadgeProps) {
  const { text } = useI18n();
  const state = useSecrecy(encryption);
  const unreadable = useNamed(useStore(encryption.unreadable));
  const clear = useNamed(useStore(encryption.inTheClear));
  return (
    <SecrecyBadge state={state}>
      <p>{text(MEANINGS[state])}</p>
      {unreadable !== "" && <p>{text("sealed.unreadable", { names: unreadable })}</p>}
      {clear !== "" && <p>{text("sealed.clear", { names: clear })}</p>}
      {organising && <KeyActions encryption={encryption} organising={organising} />}
    </SecrecyBadge>
  );
}

type Asked = "hand" | "take" | "change";

const QUESTIONS: Readonly<Record<Asked, TextKey>> = {
  hand: "sealed.handText",
  take: "sealed.takeText",
  change: "sealed.changeText",
};

function KeyActions({ encryption, organising }: { encryption: Encryption; organising: Organising }) {
  const { text } = useI18n();
  const secrecy = useStore(encryption.secrecy);
  const [asked, setAsked] = useState<Asked | null>(null);
  const hears = secrecy.state !== "deaf";
  const does: Readonly<Record<Asked, () => Promise<void>>> = {
    hand: async () => {
      if (secrecy.interpreter) await encryption.handOver(organising, secrecy.interpreter);
    },
    take: () => encryption.withdraw(organising),
    change: () => encryption.change(organising),
  };
  const offered: readonly Asked[] = [
    ...(secrecy.state !== "hears" && secrecy.interpreter ? (["hand"] as const) : []),
    ...(hears ? (["take"] as const) : []),
    ...(encryption.mayChange ? (["change"] as const) : []),
  ];
  return (
    <>
      <p className="actions">
        {offered.map((action) => (
          <button key={action} type="button" className="button" data-key={action} onClick={() => setAsked(action)}>
            {text(`sealed.${action}`)}
          </button>
        ))}
      </p>
      {asked && (
        <ConfirmDialog
          title={text(`sealed.${asked}`)}
          action={text(`sealed.${asked}`)}
          onConfirm={does[asked]}
          onClose={() => setAsked(null)}
        >
          <p>{text(QUESTIONS[asked])}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

/** The names of these people in one line. */
function useNamed(identities: readonly string[]): string {
  const { language } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return list.format(identities.map((identity) => nameIn(names, identity)));
}
