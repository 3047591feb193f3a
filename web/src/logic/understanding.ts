/** Whether the interpreter can make out what somebody says. */

import type { Interpreter } from "./interpreter";
import { isLanguageCode } from "./languages";
import { isOffered } from "./offer";

/** Whether it is known that a language is not recognised here; of "auto" and the unknown it is not. */
export function isUnrecognised(interpreter: Interpreter, spoken: string): boolean {
  return interpreter.present && isLanguageCode(spoken) && !isOffered(spoken, interpreter.abilities.recognised);
}

/** Whether the interpreter goes without what somebody says who speaks this. */
export function isUnheard(interpreter: Interpreter, identity: string, spoken: string): boolean {
  if (!interpreter.present) return false;
  const { encrypted, reports } = interpreter;
  return (
    isUnrecognised(interpreter, spoken) ||
    (encrypted !== null && (encrypted.everybody || encrypted.speakers.includes(identity))) ||
    reports.some(({ code, speaker }) => code === "waiting" && speaker === identity)
  );
}
