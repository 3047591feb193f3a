/** What somebody does at a list of languages. */

import { fireEvent } from "@testing-library/react";

// jsdom lays nothing out, so there is nothing to scroll to.
Element.prototype.scrollIntoView ??= () => undefined;

/** Those of the open list, and none of a plain select. */
const options = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[role=option]")];

/** Opens the list of a field. */
export function listOf(field: HTMLElement): readonly HTMLElement[] {
  fireEvent.click(field);
  const all = options();
  fireEvent.keyDown(field, { key: "Escape" });
  return all;
}

/** The codes of those that can be chosen. */
export function choosable(all: readonly HTMLElement[]): readonly (string | undefined)[] {
  return all.filter((option) => option.getAttribute("aria-disabled") === "false").map(({ dataset }) => dataset["code"]);
}

export function wordsOf(all: readonly HTMLElement[], code: string): string | null | undefined {
  return all.find(({ dataset }) => dataset["code"] === code)?.textContent;
}

/** Chooses by a click. */
export function choose(field: HTMLElement, code: string): void {
  fireEvent.click(field);
  const option = options().find(({ dataset }) => dataset["code"] === code);
  if (!option) throw new Error(`${code} is not in the list`);
  fireEvent.click(option);
}
