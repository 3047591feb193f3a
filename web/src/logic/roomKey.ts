/**
 * The key of a meeting that is encrypted end to end. It stands in the fragment of people's links, behind the invitation,
 * which browsers send to nobody; this page puts it there, as no service knows it.
 */

const KEY = /^[A-Za-z0-9_-]{43}$/;
const MARK = "&key=";
const KEY_BYTES = 32;

/** 32 random bytes in base64url; LiveKit's clients take these characters as their shared key. */
export function newRoomKey(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}

/** Whether `text` can be a key. */
export function isRoomKey(text: string): boolean {
  return KEY.test(text);
}

/** What an address's fragment holds; `key` is null where there is none, or what stands there can be none. */
export function readFragment(hash: string): { readonly invitation: string; readonly key: string | null } {
  const [invitation = "", key = ""] = hash.replace(/^#/, "").split(MARK);
  return { invitation, key: isRoomKey(key) ? key : null };
}

/** A link that brings the key, in place of one that it brought before; without a key the link as it is. */
export function withKey(link: string, key: string | null): string {
  return key === null ? link : `${link.split(MARK)[0] ?? ""}${MARK}${key}`;
}

/** The key in this page's own address. */
export function keyHere(): string | null {
  return readFragment(window.location.hash).key;
}

/** From now on a reload of this page brings another key. */
export function keepKeyHere(key: string): void {
  window.history.replaceState(window.history.state, "", withKey(window.location.href, key));
}

export function base64url(raw: Uint8Array): string {
  return btoa(String.fromCharCode(...raw))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
