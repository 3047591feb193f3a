import type { TextKey } from "../logic/i18n";
import type { IconName } from "./Icon";

export type PanelName = "people" | "settings" | "transcript" | "organise" | "diagnostics" | "chat";

interface PanelEntry {
  readonly name: PanelName;
  readonly label: TextKey;
  readonly icon: IconName;
  /** In the bar where that is wide enough; everything else is in its menu. */
  readonly place: "bar" | "menu";
}

export const PANELS: readonly PanelEntry[] = [
  { name: "people", label: "room.people", icon: "people", place: "bar" },
  { name: "chat", label: "chat.title", icon: "read", place: "bar" },
  { name: "settings", label: "room.settings", icon: "settings", place: "menu" },
  { name: "transcript", label: "room.transcript", icon: "transcript", place: "menu" },
  { name: "organise", label: "room.organise", icon: "organise", place: "menu" },
  { name: "diagnostics", label: "room.diagnostics", icon: "pulse", place: "menu" },
];

/** The button that opens a panel, or that of the menu which it is in. */
export function buttonOf(panel: PanelName): HTMLElement | null {
  const tool = document.querySelector<HTMLElement>(`.tool[data-panel="${panel}"]`);
  return tool?.checkVisibility() ? tool : document.querySelector<HTMLElement>(".tool-more");
}
