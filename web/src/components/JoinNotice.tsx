import type { Ref } from "react";
import { useI18n } from "../hooks/useI18n";
import { webAddress } from "../logic/webAddress";
import { Icon } from "./Icon";

/** Says, before somebody joins, what is done with what is said in a meeting. */
export function JoinNotice({
  id,
  privacyUrl,
  ref,
}: {
  id: string;
  privacyUrl: unknown;
  ref?: Ref<HTMLParagraphElement>;
}) {
  const { text } = useI18n();
  const address = webAddress(privacyUrl);
  return (
    <p className="hint" id={id} ref={ref} tabIndex={-1}>
      <Icon name="interpreter" />
      <span>
        {text("before.notice")}
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
