/** Tabs of one browser tell each other of their visits, so that nobody becomes two people unasked. */

import { keptVisit, readVisit, type KeptVisit } from "./sessionShelf";

const CHANNEL = "hive.visits";

interface Message {
  readonly invitation: string;
  /** The visit as it is kept; without one it is asked for. */
  readonly visit?: string;
}

/** Answers other tabs for as long as this one is in the room; returns what ends it. */
export function tellOtherTabs(invitation: string): () => void {
  return listen((message, reply) => {
    const kept = keptVisit(invitation);
    if (message.invitation !== invitation || message.visit !== undefined || !kept) return;
    reply({ invitation, visit: JSON.stringify(kept) });
  });
}

/** Calls `found` with the visit of another tab by this invitation, if there is one; returns what ends the asking. */
export function askOtherTabs(invitation: string, found: (visit: KeptVisit) => void): () => void {
  return listen(
    (message) => {
      const visit = message.invitation === invitation ? readVisit(message.visit ?? "") : null;
      if (visit?.manner) found(visit);
    },
    { invitation },
  );
}

function listen(take: (message: Message, reply: (answer: Message) => void) => void, first?: Message): () => void {
  if (typeof BroadcastChannel === "undefined") return () => undefined;
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) =>
    take(data, (answer) => channel.postMessage(answer)),
  );
  if (first) channel.postMessage(first);
  return () => channel.close();
}
