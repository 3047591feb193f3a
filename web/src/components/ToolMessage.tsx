import type { ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { Icon } from "./Icon";

/** What a button of the toolbar could not do, told beside it; it lies over the page and moves nothing. */
export function ToolMessage({ id, onClose, children }: { id: string; onClose: () => void; children: ReactNode }) {
  const { text } = useI18n();
  return (
    <div className="tool-message" id={id} role="alert" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <p>{children}</p>
      <button
        type="button"
        className="button button-quiet button-icon"
        aria-label={text("app.close")}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
