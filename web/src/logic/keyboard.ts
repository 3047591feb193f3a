/** The keys of the meeting. Every one of them is also a button or a control on the page. */

export type Action =
  | "microphone"
  | "push"
  | "language"
  | "captions"
  | "calm"
  | "larger"
  | "smaller"
  | "more-original"
  | "more-translation"
  | "people"
  | "transcript"
  | "diagnostics"
  | "help";

export const SHORTCUTS: readonly { readonly key: string; readonly action: Action }[] = [
  { key: "m", action: "microphone" },
  { key: "t", action: "push" },
  { key: "l", action: "language" },
  { key: "c", action: "captions" },
  { key: "k", action: "calm" },
  { key: "+", action: "larger" },
  { key: "-", action: "smaller" },
  { key: ",", action: "more-original" },
  { key: ".", action: "more-translation" },
  { key: "p", action: "people" },
  { key: "r", action: "transcript" },
  { key: "d", action: "diagnostics" },
  { key: "?", action: "help" },
];

export interface KeyPress {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** True in a text field, a list or a slider, which need the keys themselves, and below an open dialog. */
  readonly busy: boolean;
}

/** What a key asks for, or null; held keys count once. */
export function actionFor(press: KeyPress): Action | null {
  if (press.busy || press.altKey || press.ctrlKey || press.metaKey || press.repeat) return null;
  const key = press.key === "=" ? "+" : press.key.toLowerCase();
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.action ?? null;
}

/** Whether the element with the focus uses letters for itself. */
export function usesKeys(element: Element | null): boolean {
  if (!element) return false;
  if (element.closest("dialog[open]")) return true;
  if (element instanceof HTMLElement && element.isContentEditable) return true;
  return element.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select");
}
