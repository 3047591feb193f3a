import { useId, useState, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import type { TextKey } from "../logic/i18n";
import { Icon } from "./Icon";

/** Who can hear the meeting beside those in it. */
export type BadgeState = "open" | "deaf" | "hears" | "other-key" | "wrong";

export const SECRECY_LABELS: Readonly<Record<BadgeState, TextKey>> = {
  open: "sealed.open",
  deaf: "sealed.deaf",
  hears: "sealed.hears",
  "other-key": "sealed.otherKey",
  wrong: "sealed.wrong",
};

/** One of the states, always in sight; opens what it means. Changes are read out. */
export function SecrecyBadge({ state, children }: { state: BadgeState; children: ReactNode }) {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  const id = useId();
  const label = text(SECRECY_LABELS[state]);
  return (
    <div className="secrecy" data-secrecy={state} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button
        type="button"
        className="pill"
        aria-expanded={open}
        aria-controls={id}
        title={label}
        onClick={() => setOpen(!open)}
      >
        <Icon name={state === "open" ? "lockOpen" : "lock"} />
        <span>{label}</span>
      </button>
      <span className="unseen" role="status">
        {state === "open" ? "" : label}
      </span>
      <div className="popover" id={id} hidden={!open}>
        <p>
          <strong>{label}</strong>
        </p>
        {children}
      </div>
    </div>
  );
}

/** Of a meeting that is not encrypted end to end. */
export function OpenBadge() {
  const { text } = useI18n();
  return (
    <SecrecyBadge state="open">
      <p>{text("sealed.openText")}</p>
    </SecrecyBadge>
  );
}
