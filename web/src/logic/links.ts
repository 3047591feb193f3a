import type { Link } from "./api";

/** The link to give to guests: one that is open, for any number of people where there is such, of these the oldest. */
export function guestLinkOf(links: readonly Link[]): Link | null {
  const open = links.filter(
    ({ role, state, link }) => (role === "speaker" || role === "listener") && state === "valid" && link !== null,
  );
  return open.find(({ uses }) => uses === null) ?? open[0] ?? null;
}
