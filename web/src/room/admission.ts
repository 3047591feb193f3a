/** How somebody gets into a room: as who they were, by their link, or by waiting until an organiser lets them in. */

import { ApiError, type Admission, type Api, type JoinWish, type MustWait } from "../logic/api";
import { stayAwayMs } from "../logic/renewal";
import { wait } from "../logic/waiting";
import {
  earlierIdentities,
  forgetVisit,
  keepIdentity,
  keepVisit,
  keptVisit,
  type KeptVisit,
  type Manner,
} from "./sessionShelf";

const SHORTEST_WAIT_MS = 1000;

export interface Waiting {
  /** Ends the waiting; the promise then fails with this signal's reason. */
  readonly signal: AbortSignal;
  /** Called once, when it turns out that they have to wait. */
  readonly onWaiting: () => void;
}

/** Comes back under the same identity where this browser was let in before, else by the link. */
export async function admit(
  api: Api,
  wish: Omit<JoinWish, "earlier">,
  manner: Manner | null,
  waiting: Waiting,
): Promise<Admission> {
  const kept = keptVisit(wish.invitation);
  if (kept && !kept.waiting) {
    try {
      return await comeBack(api, wish.invitation, { ...kept, manner }, waiting);
    } catch (error) {
      if (!isFinal(error)) throw error;
    }
  }
  const earlier = earlierIdentities();
  const answer = await api.join({ ...wish, ...(earlier.length ? { earlier } : {}) });
  const admission = await whenLetIn(api, wish.invitation, manner, answer, waiting);
  return keep(wish.invitation, waiting.signal.aborted ? null : manner, admission);
}

/** A visit that was given up is gone on with at a click, and not by a reload. */
export function restVisit(invitation: string): void {
  const kept = keptVisit(invitation);
  if (kept) keepVisit(invitation, { ...kept, manner: null });
}

/**
 * Goes on with a visit, or with waiting for it. Who is refused for good has no visit any more.
 *
 * Throws ApiError.
 */
export async function comeBack(api: Api, invitation: string, kept: KeptVisit, waiting: Waiting): Promise<Admission> {
  const { secret, manner } = kept;
  try {
    const answer = kept.waiting ? await api.ask(secret) : await api.renew(secret);
    const admission = await whenLetIn(api, invitation, manner, answer, waiting);
    return keep(invitation, waiting.signal.aborted ? null : manner, admission);
  } catch (error) {
    if (isFinal(error)) forgetVisit(invitation);
    throw error;
  }
}

function keep(invitation: string, manner: Manner | null, admission: Admission): Admission {
  keepVisit(invitation, { secret: admission.session, waiting: false, manner });
  keepIdentity(admission.identity);
  return admission;
}

async function whenLetIn(
  api: Api,
  invitation: string,
  manner: Manner | null,
  first: Admission | MustWait,
  { signal, onWaiting }: Waiting,
): Promise<Admission> {
  if (isAdmission(first)) return first;
  let answer = first;
  keepVisit(invitation, { secret: answer.ticket, waiting: true, manner });
  onWaiting();
  for (let waitMs = answer.ask_again_s * 1000; ;) {
    await wait(Math.max(SHORTEST_WAIT_MS, waitMs), signal);
    if (signal.aborted) {
      forgetVisit(invitation);
      await api.giveUp(answer.ticket).catch(() => undefined); // whoever does not ask any more is forgotten anyway
      throw signal.reason;
    }
    try {
      const next: Admission | MustWait = await api.ask(answer.ticket);
      if (isAdmission(next)) return next;
      answer = next;
      waitMs = answer.ask_again_s * 1000;
    } catch (error) {
      if (isFinal(error) || !(error instanceof ApiError)) {
        forgetVisit(invitation);
        throw error;
      }
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

function isFinal(error: unknown): boolean {
  return error instanceof ApiError && !mayPass(error);
}
