import { useI18n } from "../hooks/useI18n";
import { Notice } from "./controls";

/** Offers to come over from another tab of this browser, where somebody is in the meeting already. */
export function ElsewhereNotice({ hint, onMoveHere }: { hint: string; onMoveHere: () => void }) {
  const { text } = useI18n();
  return (
    <Notice kind="info">
      <p>
        <strong>{text("before.elsewhere")}</strong> {hint}
      </p>
      <button type="button" className="button button-main" onClick={onMoveHere}>
        {text("before.moveHere")}
      </button>
    </Notice>
  );
}
