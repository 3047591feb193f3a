import { directionOf } from "@hive/logic/languages";
import { words } from "../i18n/words";

/** Says to the browser in which language a page of the extension is. */
export function preparePage(title: string): HTMLElement {
  document.documentElement.lang = words.language;
  document.documentElement.dir = directionOf(words.language);
  document.title = title;
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no root element");
  return root;
}
