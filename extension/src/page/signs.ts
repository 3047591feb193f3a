/** What the two scripts in a call's page tell each other: one can change the page's functions, the other the extension. */

/** To the page: its value is whose voice the others hear. */
export const HEAR = "hive-hear";
/** To the page, from an element that plays the translated voice. */
export const VOICE = "hive-voice";
/** From the page: its value is what became of the microphone. */
export const MICROPHONE = "hive-microphone";
/** To the page: says the last again. */
export const ASK = "hive-ask";

export function tell(name: string, value = ""): void {
  document.dispatchEvent(new CustomEvent(name, { detail: value }));
}

/** The value of a sign; a page may send anything. */
export function told(event: Event): string {
  const detail: unknown = event instanceof CustomEvent ? event.detail : "";
  return typeof detail === "string" ? detail : "";
}
