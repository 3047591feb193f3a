import type { Ref } from "react";
import { useI18n } from "../hooks/useI18n";
import { webAddress } from "../logic/webAddress";
import { Icon } from "./Icon";

interface JoinNoticeProps {
  readonly id: string;
  readonly privacyUrl: unknown;
  /** Whether speakers may be heard in voices that resemble theirs. */
  readonly likeness: boolean;
  readonly ref?: Ref<HTMLParagraphElement>;
}

/** Says, before somebody joins, what is done with what is said in a meeting. */
export function JoinNotice({ id, privacyUrl, likeness, ref }: JoinNoticeProps) {
  const { text } = useI18n();
  const address = webAddress(privacyUrl);
  return (
    <p className="hint" id={id} ref={ref} tabIndex={-1}>
      <Icon name="interpreter" />
      <span>
        {text("before.notice")}
        {likeness && ` ${text("before.likeness")}`}
        {address && (
          <>
            {" "}
            <a href={address} target="_blank" rel="noopener noreferrer">
              {text("before.handled")}
            </a>
          </>
        )}
      </span>
    </p>
  );
}
