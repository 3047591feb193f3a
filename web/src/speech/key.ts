/** The key that a person pasted: kept until the tab is closed, and nowhere else. */

const NAME = "hive.speech.key";
/** The operator's is another one, so that neither page uses the other's. */
export const OPERATOR = "hive.operator.key";

export function keptKey(name = NAME): string {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return ""; // the browser keeps nothing for this page
  }
}

export function keepKey(key: string, name = NAME): void {
  try {
    if (key) sessionStorage.setItem(name, key);
    else sessionStorage.removeItem(name);
  } catch {
    // it then lasts as long as the page
  }
}
