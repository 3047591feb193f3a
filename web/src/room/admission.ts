/** How somebody gets into a room: as who they were, by their link, or by waiting until an organiser lets them in. */

import { ApiError, type Admission, type Api, type JoinWish, type MustWait } from "../logic/api";
import { stayAwayMs } from "../logic/renewal";
import { wait } from "../logic/waiting";
import { earlierIdentities, forgetSession, keepIdentity, keepSession, keptSession } from "./sessionShelf";

const SHORTEST_WAIT_MS = 1000;

export interface Waiting {
  /** Ends the waiting; the promise then fails with this signal's reason. */
  readonly signal: AbortSignal;
  /** Called once, when it turns out that they have to wait. */
  readonly onWaiting: () => void;
}

/** Comes back under the same identity where this browser was let in before. */
export async function admit(api: Api, wish: Omit<JoinWish, "earlier">, waiting: Waiting): Promise<Admission> {
  const admission = (await comeBack(api, wish.invitation)) ?? (await comeAnew(api, wish, waiting));
  keepSession(wish.invitation, admission.session);
  keepIdentity(admission.identity);
  return admission;
}

async function comeBack(api: Api, invitation: string): Promise<Admission | null> {
  const session = keptSession(invitation);
  if (!session) return null;
  try {
    return await api.renew(session);
  } catch (error) {
    if (!(error instanceof ApiError) || mayPass(error)) throw error;
    forgetSession(invitation);
    return null;
  }
}

async function comeAnew(api: Api, wish: Omit<JoinWish, "earlier">, { signal, onWaiting }: Waiting): Promise<Admission> {
  const earlier = earlierIdentities();
  let answer = await api.join({ ...wish, ...(earlier.length ? { earlier } : {}) });
  if (isAdmission(answer)) return answer;
  onWaiting();
  for (let waitMs = answer.ask_again_s * 1000; ;) {
    await wait(Math.max(SHORTEST_WAIT_MS, waitMs), signal);
    if (signal.aborted) {
      await api.giveUp(answer.ticket).catch(() => undefined); // whoever does not ask any more is forgotten anyway
      throw signal.reason;
    }
    try {
      const next: Admission | MustWait = await api.ask(answer.ticket);
      if (isAdmission(next)) return next;
      answer = next;
      waitMs = answer.ask_again_s * 1000;
    } catch (error) {
      if (!(error instanceof ApiError) || !mayPass(error)) throw error;
      waitMs = Math.max(answer.ask_again_s * 1000, stayAwayMs(error));
    }
  }
}

function isAdmission(answer: Admission | MustWait): answer is Admission {
  return "token" in answer;
}

/** Whether waiting may help: who was refused stays refused. */
export function mayPass(error: ApiError): boolean {
  return ["offline", "rate_limited", "lobby_full", "media_server", "storage", "unexpected"].includes(error.code);
}
