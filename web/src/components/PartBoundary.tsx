import { useEffect, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { Boundary } from "./Boundary";
import { Notice } from "./controls";

interface PartBoundaryProps {
  readonly children: ReactNode;
  /** For screens that nobody stands at: the part is built anew by itself after so long. */
  readonly againMs?: number;
}

/** A part of the page that may fail alone: the others go on, and it says so in the reader's language. */
export function PartBoundary({ children, againMs }: PartBoundaryProps) {
  return <Boundary fallback={(again) => <PartFailed onAgain={again} againMs={againMs} />}>{children}</Boundary>;
}

function PartFailed({ onAgain, againMs }: { onAgain: () => void; againMs: number | undefined }) {
  const { text } = useI18n();
  useEffect(() => {
    if (againMs === undefined) return undefined;
    const timer = window.setTimeout(onAgain, againMs);
    return () => window.clearTimeout(timer);
  }, [onAgain, againMs]);
  return (
    <Notice kind="problem" urgent>
      <p>{text("app.partFailed")}</p>
      <button type="button" className="button" onClick={onAgain}>
        {text("error.retry")}
      </button>
    </Notice>
  );
}
