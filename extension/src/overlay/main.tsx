/** Over the call's page: captions, and what can be done about them. */

import { createRoot } from "react-dom/client";
import { directionOf } from "@hive/logic/languages";
import { Viewer } from "../chrome/viewer";
import { words } from "../i18n/words";
import { Overlay } from "./Overlay";
import styles from "./overlay.css?inline";

const NAME = "hive-captions";

/** Whatever the page's own rules are, its frame stays as it is here. */
const FRAME: Readonly<Record<string, string>> = {
  position: "fixed",
  inset: "0",
  width: "100%",
  height: "100%",
  margin: "0",
  padding: "0",
  border: "0",
  background: "none",
  overflow: "visible",
  "pointer-events": "none",
  "z-index": "2147483647",
};

function show(): void {
  document.querySelector(NAME)?.remove(); // of a call before
  const host = document.createElement(NAME);
  host.lang = words.language;
  host.dir = directionOf(words.language);
  host.popover = "manual";
  for (const [name, value] of Object.entries(FRAME)) host.style.setProperty(name, value, "important");
  // Open: what the page could read here it has played itself.
  const inside = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  inside.adoptedStyleSheets = [sheet];
  document.documentElement.append(host);
  const raise = (): void => {
    if (host.matches(":popover-open")) host.hidePopover();
    host.showPopover();
  };
  raise();
  document.addEventListener("fullscreenchange", raise); // else what fills the screen covers it

  const root = createRoot(inside);
  const viewer = new Viewer(() => close());
  const close = (): void => {
    document.removeEventListener("fullscreenchange", raise);
    viewer.close();
    root.unmount();
    host.remove();
  };
  viewer.connect();
  root.render(<Overlay viewer={viewer} close={close} />);
}

show();
