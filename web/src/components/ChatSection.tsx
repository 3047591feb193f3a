import { useErrorText } from "../hooks/useErrorText";
import { useChatRule } from "../hooks/useChatRule";
import { useI18n } from "../hooks/useI18n";
import type { Organising } from "../logic/api";
import { Notice, Switch } from "./controls";

/** Whether guests may write in the chat. */
export function ChatSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const { allowed, error, allow } = useChatRule(organising);
  return (
    <section className="door">
      <h3>{text("chat.title")}</h3>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {allowed !== null && (
        <Switch label={text("chat.allow")} hint={text("chat.allowHint")} checked={allowed} onChange={allow} />
      )}
    </section>
  );
}
