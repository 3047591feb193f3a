import type { Organising } from "../logic/api";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useRecordingRule } from "../hooks/useRecordingRule";
import { Notice, Switch } from "./controls";

/** Whether people may record what they hear. */
export function RecordingSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const { allowed, error, allow } = useRecordingRule(organising);
  return (
    <section className="door">
      <h3>{text("org.recording")}</h3>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <Switch label={text("org.recordingAllow")} hint={text("org.recordingHint")} checked={allowed} onChange={allow} />
    </section>
  );
}
