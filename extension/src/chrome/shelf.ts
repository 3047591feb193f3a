/**
 * What the extension keeps: choices, and the token of this browser.
 *
 * The token lies in `storage.local`, as a code for each start of the browser would be a burden: it opens private rooms
 * of one installation and nothing else, ends by itself, and is withdrawn with one click. Scripts in pages cannot read
 * it, as `guard` keeps them out. Of what is said nothing is kept.
 */

import type { Device } from "../logic/pairing";
import { readSettings, type Change, type Settings } from "../logic/settings";

const SETTINGS = "settings";
const DEVICE = "device";

/** Keeps scripts in pages out. */
export async function guard(): Promise<void> {
  await chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });
}

export async function keptSettings(): Promise<Settings> {
  const kept = await chrome.storage.local.get(SETTINGS);
  return readSettings(kept[SETTINGS], navigator.languages);
}

export async function keepSettings(change: Change): Promise<Settings> {
  const settings = { ...(await keptSettings()), ...change };
  await chrome.storage.local.set({ [SETTINGS]: settings });
  return settings;
}

export async function keptDevice(): Promise<Device | null> {
  const kept = (await chrome.storage.local.get(DEVICE))[DEVICE] as Partial<Device> | undefined;
  const { address, id, token, expiresAt } = kept ?? {};
  return address && id && token && expiresAt ? { address, id, token, expiresAt } : null;
}

/** With null the pairing is forgotten. */
export async function keepDevice(device: Device | null): Promise<void> {
  if (device) await chrome.storage.local.set({ [DEVICE]: device });
  else await chrome.storage.local.remove(DEVICE);
}

/** Calls back whenever something that is kept has changed; returns what ends that. */
export function whenKept(changed: () => void): () => void {
  const listener = (_: unknown, area: string): void => {
    if (area === "local") changed();
  };
  chrome.storage.onChanged.addListener(listener);
  return () => chrome.storage.onChanged.removeListener(listener);
}
