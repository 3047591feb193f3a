/** The web clients in whose pages the microphone may be replaced. */

/** As in manifest.json under `optional_host_permissions`. */
export const SITES: readonly string[] = [
  "https://meet.google.com/*",
  "https://*.zoom.us/*",
  "https://teams.microsoft.com/*",
  "https://teams.cloud.microsoft/*",
  "https://teams.live.com/*",
];

export function mayReplace(): Promise<boolean> {
  return chrome.permissions.contains({ origins: [...SITES] });
}

/** Has to be called by a click. */
export function askToReplace(): Promise<boolean> {
  return chrome.permissions.request({ origins: [...SITES] });
}

/** Has the two scripts put into these pages from their next loading on, as far as that is allowed. */
export async function registerScripts(): Promise<void> {
  const registered = await chrome.scripting.getRegisteredContentScripts();
  const allowed = await mayReplace();
  if (allowed && registered.length === 0) await chrome.scripting.registerContentScripts(scripts());
  if (!allowed && registered.length > 0) await chrome.scripting.unregisterContentScripts();
}

function scripts(): chrome.scripting.RegisteredContentScript[] {
  const everywhere = { matches: [...SITES], allFrames: true, runAt: "document_start" as const };
  return [
    { ...everywhere, id: "microphone", js: ["microphone.js"], world: "MAIN" },
    { ...everywhere, id: "bridge", js: ["bridge.js"], world: "ISOLATED" },
  ];
}
