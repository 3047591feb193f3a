/** How a call begins: the tab's sound is asked for, and goes to the offscreen document, where all else happens. */

import { isNobodyThere, send } from "../chrome/messages";
import { keptDevice, keptSettings } from "../chrome/shelf";
import type { Message, Problem, Tab } from "../logic/call";

const OFFSCREEN = "offscreen.html";

/** Whatever keeps the call from beginning is shown by the offscreen document, as any problem is. */
export async function begin(tab: Tab): Promise<void> {
  await openOffscreen();
  const device = await keptDevice();
  if (!device) return fail("unpaired");
  let streamId: string;
  try {
    streamId = await soundOf(tab);
  } catch (error) {
    return fail(problemOf(error));
  }
  await send({ to: "offscreen", type: "start", start: { tab, streamId, device, settings: await keptSettings() } });
  await showCaptions(tab.id);
  await wake(tab.id);
}

function fail(problem: Problem): Promise<void> {
  return send({ to: "offscreen", type: "failed", problem });
}

/** Throws what says why the browser gives nobody the sound of this tab. */
function soundOf(tab: Tab): Promise<string> {
  return chrome.tabCapture.getMediaStreamId({ targetTabId: tab.id });
}

function problemOf(error: unknown): Problem {
  // That the button was not clicked in that tab, and that a page is out of reach, it says in one and the same sentence.
  return error instanceof Error && /active stream/i.test(error.message) ? "taken" : "protected";
}

async function openOffscreen(): Promise<void> {
  if (await chrome.offscreen.hasDocument()) return;
  await chrome.offscreen.createDocument({
    url: OFFSCREEN,
    reasons: ["USER_MEDIA", "WEB_RTC"],
    justification: "Plays the tab's sound and its translation, and keeps the connection to the interpreter.",
  });
}

/** Puts the captions over the page, or says that it refuses them. */
export async function showCaptions(tabId: number): Promise<void> {
  try {
    await chrome.scripting.executeScript({ target: { tabId }, files: ["overlay.js"] });
  } catch (error) {
    console.info("this page refuses captions", error);
    await send({ to: "offscreen", type: "captions", captions: "refused" });
  }
}

/** Tells the part in the page, where there is one, that it can connect. */
async function wake(tabId: number): Promise<void> {
  try {
    await chrome.tabs.sendMessage(tabId, { to: "page", type: "begun" } satisfies Message);
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
  }
}
