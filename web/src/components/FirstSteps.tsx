import { useRemoteParticipants } from "@livekit/components-react";
import { useEffect, useId, useState, type ReactNode } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useFirstSteps } from "../hooks/useFirstSteps";
import { useI18n } from "../hooks/useI18n";
import { useInterpreter } from "../hooks/useInterpreter";
import { useTell } from "../hooks/useFeedback";
import { useMeeting } from "../hooks/useMeeting";
import { useSampleOffered } from "../hooks/useSampleOffered";
import { useStore } from "../hooks/useStore";
import type { Organising } from "../logic/api";
import { STEPS, type Step } from "../logic/firstSteps";
import type { TextKey } from "../logic/i18n";
import { isPerson } from "../room/directory";
import { CloseButton } from "./controls";
import { Icon } from "./Icon";
import { InviteDialog } from "./InviteButton";

const STEP_TEXTS: Readonly<Record<Step, TextKey>> = {
  invite: "invite.people",
  interpreter: "steps.interpreter",
  try: "steps.try",
};

interface FirstStepsProps {
  readonly title: string;
  readonly organising: Organising;
}

/** In place of an open panel, once: what makes a meeting of an empty room. Each step is a button, and is ticked. */
export function FirstSteps({ title, organising }: FirstStepsProps) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { steps, tick, close } = useFirstSteps(meeting.admission.room);
  const interpreter = useStore(meeting.interpreter);
  const sample = useStore(meeting.sample.state);
  const captioned = useStore(meeting.passages).all.length > 0;
  const samples = useSampleOffered();
  const others = useRemoteParticipants().filter(isPerson).length > 0;
  const [inviting, setInviting] = useState(false);
  const titleId = useId();
  useEffect(() => {
    if (others) tick("invite");
  }, [others, tick]);
  useEffect(() => {
    if (interpreter.present) tick("interpreter");
  }, [interpreter.present, tick]);
  useEffect(() => {
    if (captioned) tick("try");
  }, [captioned, tick]);
  if (steps.closed) return null;

  const tryIt = (): void => (samples ? meeting.sample.play() : void meeting.setMicrophone(true));
  const isDone = (step: Step): boolean => (step === "interpreter" ? interpreter.present : steps.done.includes(step));
  const body = (step: Step, at: number) => <StepWords step={step} number={at + 1} done={isDone(step)} />;
  return (
    <section className="steps" aria-labelledby={titleId}>
      <h2 id={titleId} className="unseen">
        {text("steps.title")}
      </h2>
      <ol>
        {STEPS.map((step, at) => (
          <li key={step} data-step={step} data-done={isDone(step)}>
            {step === "interpreter" && !interpreter.present ? (
              <InterpreterStep organising={organising}>{body(step, at)}</InterpreterStep>
            ) : (
              <button
                type="button"
                className="step"
                disabled={step === "interpreter" || (step === "try" && (!interpreter.present || sample !== "idle"))}
                onClick={() => (step === "invite" ? setInviting(true) : tryIt())}
              >
                {body(step, at)}
              </button>
            )}
          </li>
        ))}
      </ol>
      <CloseButton onClose={close} />
      {inviting && (
        <InviteDialog
          title={title}
          organising={organising}
          onClose={() => {
            setInviting(false);
            tick("invite");
          }}
        />
      )}
    </section>
  );
}

function StepWords({ step, number, done }: { step: Step; number: number; done: boolean }) {
  const { text, number: written } = useI18n();
  return (
    <>
      <span className="step-number" aria-hidden="true">
        {done ? <Icon name="check" /> : written(number)}
      </span>
      <span>{text(STEP_TEXTS[step])}</span>
      {done && <span className="unseen">{` (${text("steps.done")})`}</span>}
    </>
  );
}

/** Asks for the interpreter at once, as it is wished for; only while it is not there. */
function InterpreterStep({ organising, children }: { organising: Organising; children: ReactNode }) {
  const errorText = useErrorText();
  const tell = useTell();
  const { state, busy, invite, failed } = useInterpreter(organising);
  useEffect(() => {
    if (failed) tell(errorText(failed.error));
  }, [failed, tell, errorText]);
  const underWay = busy || (state !== null && state.state !== "absent");
  return (
    <button type="button" className="step" disabled={underWay || state === null} onClick={() => void invite()}>
      {children}
    </button>
  );
}
