import type { BadgeState } from "../components/SecrecyBadge";
import type { Encryption } from "../room/encryption";
import { useStore } from "./useStore";

/** Who can hear an encrypted meeting beside those in it; "wrong" where this page's own key opens nothing. */
export function useSecrecy(encryption: Encryption): Exclude<BadgeState, "open"> {
  const { state } = useStore(encryption.secrecy);
  const unreadable = useStore(encryption.unreadable);
  return unreadable.length > 0 && state !== "hears" ? "wrong" : state;
}
