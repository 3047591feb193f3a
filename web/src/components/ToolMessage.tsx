import type { ReactNode } from "react";
import { CloseButton } from "./controls";

/** What a button of the toolbar could not do, told beside it; it lies over the page and moves nothing. */
export function ToolMessage({ id, onClose, children }: { id: string; onClose: () => void; children: ReactNode }) {
  return (
    <div className="tool-message" id={id} role="alert" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <p>{children}</p>
      <CloseButton onClose={onClose} />
    </div>
  );
}
