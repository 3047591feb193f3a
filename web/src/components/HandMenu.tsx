import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import type { TextKey } from "../logic/i18n";
import { nameIn } from "../logic/names";
import { REACTIONS, REQUESTS, type ReactionSign, type RequestKind } from "../logic/signs";
import { Switch } from "./controls";

const REACTION_TEXTS: Readonly<Record<ReactionSign, TextKey>> = {
  "👍": "react.agree",
  "👏": "react.applause",
  "❤️": "react.heart",
  "😂": "react.laugh",
  "🎉": "react.celebrate",
  "🤔": "react.think",
};

const REQUEST_TEXTS: Readonly<Record<RequestKind, TextKey>> = { repeat: "ask.repeat", slower: "ask.slower" };

export default function HandMenu({ onDone }: { onDone: () => void }) {
  const { text } = useI18n();
  const { hands, reactions, requests, room, directory } = useMeeting();
  const [{ reactions: shown }, change] = usePreferences();
  const mine = useStore(hands.raised).includes(room.localParticipant.identity);
  const speaker = useStore(requests.speaker);
  const names = useStore(directory.names);
  const [tooMany, setTooMany] = useState(false);
  const tell = (done: boolean): void => (done ? onDone() : setTooMany(true));
  return (
    <>
      <button
        type="button"
        className="button button-wide"
        aria-pressed={mine}
        onClick={() => {
          hands.set(!mine);
          onDone();
        }}
      >
        {text(mine ? "hand.lower" : "hand.raise")}
      </button>
      <div className="hand-reactions" role="group" aria-label={text("react.title")}>
        {REACTIONS.map((sign) => (
          <button
            key={sign}
            type="button"
            className="button button-quiet"
            aria-label={text(REACTION_TEXTS[sign])}
            title={text(REACTION_TEXTS[sign])}
            onClick={() => setTooMany(!reactions.show(sign))}
          >
            {sign}
          </button>
        ))}
      </div>
      <div className="hand-requests" role="group" aria-label={text("ask.title")}>
        {REQUESTS.map((kind) => (
          <button
            key={kind}
            type="button"
            className="button button-wide"
            data-request={kind}
            disabled={speaker === null}
            onClick={() => tell(requests.ask(kind))}
          >
            {text(REQUEST_TEXTS[kind])}
          </button>
        ))}
        <p className="hint">
          {speaker === null ? text("ask.nobody") : text("ask.to", { name: nameIn(names, speaker) })}
        </p>
      </div>
      <p className="hint" role="status">
        {tooMany && text("chat.tooFast")}
      </p>
      <Switch label={text("react.show")} checked={shown} onChange={(on) => change({ reactions: on })} />
    </>
  );
}
