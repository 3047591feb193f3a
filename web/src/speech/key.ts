/** The key that a person pasted: kept until the tab is closed, and nowhere else. */

const NAME = "hive.speech.key";

export function keptKey(): string {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // the browser keeps nothing for this page
  }
}

export function keepKey(key: string): void {
  try {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
  } catch {
    // it then lasts as long as the page
  }
}
