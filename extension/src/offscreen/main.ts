/** The offscreen document: the only part that lasts as long as a call. */

import { receive } from "../chrome/messages";
import { PAGE, VIEWER } from "../logic/call";
import { Desk } from "./desk";

const desk = new Desk();

receive("offscreen", async (message) => {
  switch (message.type) {
    case "start":
      return desk.start(message.start);
    case "failed":
      return desk.failed(message.problem);
    case "stop":
      return desk.stop();
    case "settings":
      return desk.change(message.settings);
    case "captions":
      return desk.captions(message.captions);
  }
});

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === VIEWER) desk.addViewer(port);
  if (port.name === PAGE) desk.addPage(port);
});
