/** The service worker: holds nothing, as the browser ends it whenever it likes. */

import { receive, send } from "../chrome/messages";
import { guard, keepDevice, keepSettings } from "../chrome/shelf";
import { registerScripts } from "../chrome/sites";
import type { CallState, Problem } from "../logic/call";
import { begin, showCaptions } from "./beginning";

const prepare = (): void => {
  Promise.all([guard(), registerScripts()]).catch((error: unknown) => console.error("not prepared", error));
};
chrome.runtime.onInstalled.addListener(prepare);
chrome.runtime.onStartup.addListener(prepare);
chrome.permissions.onAdded.addListener(prepare);
chrome.permissions.onRemoved.addListener(prepare);

receive("background", async (message) => {
  switch (message.type) {
    case "start":
      return begin(message.tab);
    case "stop":
      return send({ to: "offscreen", type: "stop" });
    case "change":
      return send({ to: "offscreen", type: "settings", settings: await keepSettings(message.change) });
    case "show":
      return showCaptions(message.tabId);
    case "state":
      return showState(message.phase, message.problem);
  }
});

const BADGES: Readonly<Record<CallState["phase"], string>> = {
  idle: "",
  starting: "…",
  running: "●",
  interrupted: "!",
};

/** What the button says without being clicked. */
async function showState(phase: CallState["phase"], problem: Problem | null): Promise<void> {
  const wrong = problem !== null || phase === "interrupted";
  await chrome.action.setBadgeBackgroundColor({ color: wrong ? "#a8231b" : "#0b6767" });
  await chrome.action.setBadgeText({ text: problem ? "!" : BADGES[phase] });
  if (problem === "withdrawn") await keepDevice(null); // it opens nothing any more
}
