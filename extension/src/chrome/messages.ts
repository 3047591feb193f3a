/** Messages between the parts of the extension. */

import type { Message } from "../logic/call";

type To<Part extends Message["to"]> = Extract<Message, { to: Part }>;

/** To a part that may not be there. */
export async function send(message: Message): Promise<void> {
  try {
    await chrome.runtime.sendMessage(message);
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
  }
}

/** Takes the messages for one part; what is thrown meanwhile is written to the console. */
export function receive<Part extends Message["to"]>(part: Part, take: (message: To<Part>) => Promise<void>): void {
  chrome.runtime.onMessage.addListener((message: Message, _, answer) => {
    if (message.to !== part) return false;
    take(message as To<Part>)
      .catch((error: unknown) => console.error(`${message.type} failed`, error))
      .finally(() => answer(true));
    return true; // the answer comes later
  });
}

export function isNobodyThere(error: unknown): boolean {
  return error instanceof Error && /Receiving end does not exist|message port closed/i.test(error.message);
}
