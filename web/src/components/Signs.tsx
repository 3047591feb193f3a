import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import { nameIn } from "../logic/names";
import { REQUESTS } from "../logic/signs";
import type { Request } from "../room/requests";

/** The place of somebody among those who have raised their hand. */
export function HandMark({ identity }: { identity: string }) {
  const { text, number } = useI18n();
  const place = useStore(useMeeting().hands.raised).indexOf(identity) + 1;
  if (place === 0) return null;
  const label = text("hand.place", { place });
  return (
    <span className="hand-mark" role="img" aria-label={label} title={label} data-place={place}>
      ✋ {number(place)}
    </span>
  );
}

/** Reactions as they come; they lie over the page, and are not there for who wants it quiet. */
export function ReactionsLayer() {
  const { reactions, directory } = useMeeting();
  const shown = useStore(reactions.shown);
  const names = useStore(directory.names);
  const [{ reactions: wanted }] = usePreferences();
  if (!wanted || shown.length === 0) return null;
  return (
    <ul className="reactions">
      {shown.map(({ key, identity, sign }) => (
        <li key={key} data-identity={identity}>
          <span>{sign}</span> <bdi>{nameIn(names, identity)}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** What listeners ask of this person; organisers see what they ask of others too. */
export function RequestLines({ organiser }: { organiser: boolean }) {
  const { count } = useI18n();
  const { requests, directory, room } = useMeeting();
  const made = useStore(requests.made);
  const names = useStore(directory.names);
  const me = room.localParticipant.identity;
  return (
    <div className="troubles" role="status" data-requests>
      {grouped(made)
        .filter(({ to }) => to === me || organiser)
        .map(({ kind, to, askers }) => (
          <p key={`${kind} ${to}`} data-request={kind}>
            {to === me
              ? count(kind === "repeat" ? "ask.repeatYou" : "ask.slowerYou", askers)
              : count(kind === "repeat" ? "ask.repeatOf" : "ask.slowerOf", askers, { name: nameIn(names, to) })}
          </p>
        ))}
    </div>
  );
}

function grouped(made: readonly Request[]) {
  const speakers = [...new Set(made.map(({ to }) => to))];
  return speakers.flatMap((to) =>
    REQUESTS.map((kind) => ({
      kind,
      to,
      askers: made.filter((request) => request.kind === kind && request.to === to).length,
    })).filter(({ askers }) => askers > 0),
  );
}
