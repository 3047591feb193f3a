import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useSampleOffered } from "../hooks/useSampleOffered";
import { useStore } from "../hooks/useStore";
import { Icon } from "./Icon";

/** For somebody who is alone with the interpreter: a talk that it interprets. */
export function SampleOffer() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const state = useStore(meeting.sample.state);
  if (!useSampleOffered()) return null;
  return (
    <>
      <button
        type="button"
        className="button button-main"
        disabled={state === "loading" || state === "playing"}
        onClick={() => meeting.sample.play()}
      >
        <Icon name="sound" />
        {text("sample.offer")}
      </button>
      <p className="hint" role="status">
        {text(state === "failed" ? "sample.failed" : "sample.hint")}
      </p>
    </>
  );
}

/** Lies over the captions while the sample is heard, so that nothing moves. */
export function SampleStop() {
  const { text } = useI18n();
  const { sample } = useMeeting();
  const state = useStore(sample.state);
  if (state !== "loading" && state !== "playing") return null;
  return (
    <button type="button" className="button sample-stop" onClick={() => void sample.stop()}>
      {text("sample.stop")}
    </button>
  );
}
