import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { Organising } from "../logic/api";
import { HandMark } from "./Signs";

interface LowerHandProps {
  readonly identity: string;
  readonly name: string;
  readonly organising: Organising | null;
}

/** The raised hand of somebody; who raised it, and organisers, lower it here. */
export function LowerHand({ identity, name, organising }: LowerHandProps) {
  const { text } = useI18n();
  const { hands, room } = useMeeting();
  const raised = useStore(hands.raised).includes(identity);
  const [failed, setFailed] = useState(false);
  const mine = identity === room.localParticipant.identity;
  if (!raised) return null;
  if (!mine && !organising) return <HandMark identity={identity} />;
  const lower = (): void => {
    setFailed(false);
    if (mine) hands.set(false);
    else organising?.lowerHand(identity).catch(() => setFailed(true));
  };
  const label = mine ? text("hand.lower") : text("hand.lowerOf", { name });
  return (
    <button type="button" className="button button-quiet hand-lower" aria-label={label} title={label} onClick={lower}>
      <HandMark identity={identity} />
      {failed && (
        <span className="unseen" role="alert">
          {text("error.unexpected")}
        </span>
      )}
      {failed && <span aria-hidden="true">?</span>}
    </button>
  );
}
