import { ApiError } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { useI18n } from "./useI18n";

const KNOWN: readonly TextKey[] = [
  "error.offline",
  "error.invitation_unknown",
  "error.invitation_expired",
  "error.invitation_revoked",
  "error.invitation_used_up",
  "error.session_ended",
  "error.removed",
  "error.room_locked",
  "error.not_admitted",
  "error.lobby_full",
  "error.waiting_ended",
  "error.room_closed",
  "error.not_authorised",
  "error.rooms_closed",
  "error.rate_limited",
  "error.media_server",
  "error.recording_forbidden",
  "error.recordings_full",
  "error.not_found",
  "error.reader",
  "error.organiser_by_link",
  "error.too_many_devices",
  "error.key_missing",
  "error.encryption_unsupported",
  "error.interpreter_gone",
];

/** Turns what went wrong into a sentence that helps. */
export function useErrorText(): (error: unknown) => string {
  const { text } = useI18n();
  return (error) => {
    if (!(error instanceof ApiError)) return text("error.unexpected");
    const key = KNOWN.find((known) => known === `error.${error.code}`);
    return text(key ?? "error.unexpected");
  };
}
