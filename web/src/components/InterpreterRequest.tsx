import { useEffect } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useTell } from "../hooks/useFeedback";
import { useI18n } from "../hooks/useI18n";
import { useInterpreter } from "../hooks/useInterpreter";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { Organising } from "../logic/api";
import { FOR_INTERPRETER } from "../logic/signs";

/** Where nobody interprets: whoever may not invite an interpreter asks those who may. */
export function AskForInterpreter() {
  const { text } = useI18n();
  const tell = useTell();
  const { requests, room } = useMeeting();
  const me = room.localParticipant.identity;
  const asked = useStore(requests.made).some(({ from, kind }) => from === me && kind === FOR_INTERPRETER);
  return (
    <>
      <button
        type="button"
        className="button button-main"
        disabled={asked}
        onClick={() => !requests.askForInterpreter() && tell(text("chat.tooFast"))}
      >
        {text("ask.interpreter")}
      </button>
      <p className="hint" role="status">
        {asked && text("ask.interpreterAsked")}
      </p>
    </>
  );
}

/** What organisers are told of it, with what answers it; nothing once an interpreter is there. */
export function InterpreterWanted({ organising }: { organising: Organising }) {
  const { requests, interpreter } = useMeeting();
  const asking = useStore(requests.made).filter(({ kind }) => kind === FOR_INTERPRETER).length;
  const { present } = useStore(interpreter);
  return asking > 0 && !present ? <Wanted organising={organising} asking={asking} /> : null;
}

function Wanted({ organising, asking }: { organising: Organising; asking: number }) {
  const { text, count } = useI18n();
  const errorText = useErrorText();
  const tell = useTell();
  const { state, busy, invite, failed } = useInterpreter(organising);
  useEffect(() => {
    if (failed) tell(errorText(failed.error));
  }, [failed, tell, errorText]);
  if (state && state.state !== "absent") return null; // it is on its way
  return (
    <div className="strip-action" role="status" data-wanted>
      <p>{count("ask.interpreterWanted", asking)}</p>
      <button type="button" className="button" disabled={busy || state === null} onClick={() => void invite()}>
        {text("org.invite")}
      </button>
    </div>
  );
}
