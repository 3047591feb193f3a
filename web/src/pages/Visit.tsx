import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { Notice } from "../components/controls";
import { ElsewhereNotice } from "../components/ElsewhereNotice";
import { Page } from "../components/Page";
import { PartBoundary } from "../components/PartBoundary";
import { useConfig } from "../hooks/useConfig";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { ApiError, type Admission, type Api, type Invitation, type JoinWish } from "../logic/api";
import { keyHere } from "../logic/roomKey";
import { toAttributes } from "../logic/wishes";
import { admit, comeBack, mayPass, restVisit, type Waiting } from "../room/admission";
import type { Encryption } from "../room/encryption";
import type { Meeting } from "../room/meeting";
import { askOtherTabs, tellOtherTabs } from "../room/otherTabs";
import { forgetVisit, keepManner, keepVisit, keptVisit, type KeptVisit, type Manner } from "../room/sessionShelf";
import { Before } from "./Before";
import { Lobby } from "./Lobby";

const Inside = lazy(async () => ({ default: (await import("./Inside")).Inside }));
const After = lazy(async () => ({ default: (await import("./After")).After }));

type Stage =
  | { readonly at: "door"; readonly returning: boolean }
  | { readonly at: "barred"; readonly error: unknown }
  | { readonly at: "before"; readonly invitation: Invitation; readonly joining: boolean; readonly error: unknown }
  | { readonly at: "waiting"; readonly invitation: Invitation; readonly name: string }
  | { readonly at: "inside"; readonly invitation: Invitation; readonly meeting: Meeting }
  | { readonly at: "after"; readonly invitation: Invitation; readonly meeting: Meeting };

const GIVEN_UP = new DOMException("given up", "AbortError");

/** One person's visit to a meeting, from the link to the transcript. */
export function Visit({ api, invitationToken: token }: { api: Api; invitationToken: string }) {
  const [preferences] = usePreferences();
  const config = useConfig(api);
  const { stage, arrive, moveHere, enter, giveUp, onEnded } = useVisit(api, token);
  const elsewhere = useOtherTab(token, stage.at);

  switch (stage.at) {
    case "door":
      return <Door onGiveUp={stage.returning ? giveUp : null} />;
    case "barred":
      return <Barred error={stage.error} onRetry={arrive} onMoveHere={elsewhere && (() => moveHere(elsewhere))} />;
    case "before":
      return (
        <Before
          invitation={stage.invitation}
          joining={stage.joining}
          error={stage.error}
          returning={keptVisit(token) !== null}
          privacyUrl={config?.privacy_url ?? null}
          onMoveHere={elsewhere && (() => moveHere(elsewhere))}
          onGiveUp={giveUp}
          onEnter={({ name, wishes, microphone }) =>
            void enter(stage.invitation, {
              name,
              wishes,
              microphone: { device: microphone ?? preferences.microphone, on: microphone !== null },
            })
          }
        />
      );
    case "waiting":
      return <Lobby title={stage.invitation.title} name={stage.name} onGiveUp={giveUp} />;
    case "inside":
      return (
        <Suspense fallback={<Door onGiveUp={null} />}>
          <PartBoundary>
            <Inside
              api={api}
              invitation={stage.invitation}
              meeting={stage.meeting}
              onEnded={() => onEnded(stage.invitation, stage.meeting)}
            />
          </PartBoundary>
        </Suspense>
      );
    case "after":
      return (
        <Suspense fallback={<Door onGiveUp={null} />}>
          <PartBoundary>
            <After api={api} meeting={stage.meeting} title={stage.invitation.title} onAgain={arrive} />
          </PartBoundary>
        </Suspense>
      );
  }
}

interface VisitControls {
  readonly stage: Stage;
  /** Goes on with the visit that this tab keeps, else stands before the door. */
  readonly arrive: () => void;
  readonly moveHere: (visit: KeptVisit) => void;
  readonly enter: (invitation: Invitation, manner: Manner) => Promise<void>;
  /** Ends going in, whatever it waits for. */
  readonly giveUp: () => void;
  readonly onEnded: (invitation: Invitation, meeting: Meeting) => void;
}

function useVisit(api: Api, token: string): VisitControls {
  const [stage, setStage] = useState<Stage>({ at: "door", returning: false });
  const [preferences] = usePreferences();
  const running = useRef<Meeting | null>(null);
  const goingIn = useRef<AbortController | null>(null);
  const giveUp = (): void => goingIn.current?.abort(GIVEN_UP);

  const knock = (why: unknown): void => {
    setStage({ at: "door", returning: false });
    api.invitation(token).then(
      (invitation) =>
        setStage(
          isKeyMissing(invitation)
            ? { at: "barred", error: KEY_MISSING }
            : { at: "before", invitation, joining: false, error: why },
        ),
      (error: unknown) => setStage({ at: "barred", error: isOver(why) ? error : (why ?? error) }),
    );
  };

  /** Throws what admitting throws, and what the first connection does. */
  const goIn = async (
    invitation: Invitation,
    manner: Manner,
    admitted: (waiting: Waiting) => Promise<Admission>,
  ): Promise<void> => {
    if (isKeyMissing(invitation)) throw KEY_MISSING;
    // Browsers let sound start only in the same moment as the click. Where it may not start, the promise stays
    // open for as long as that lasts: nobody waits for it, and the meeting offers a button.
    const context = new AudioContext();
    context.resume().catch(() => undefined);
    const { signal } = (goingIn.current = new AbortController());
    const onWaiting = (): void => setStage({ at: "waiting", invitation, name: manner.name });
    try {
      const encryption = await orAborted(encryptionHere(), signal);
      const [{ Meeting }, admission] = await orAborted(
        Promise.all([import("../room/meeting"), admitted({ signal, onWaiting })]),
        signal,
      );
      const meeting = new Meeting(admission, api, context, {
        wishes: manner.wishes,
        balance: preferences.balance,
        hearing: { understands: preferences.understands, voice: preferences.voice },
        microphone: manner.microphone,
        camera: manner.camera ?? { device: preferences.camera, on: false },
        sound: { processing: preferences.processing, noticeMuted: preferences.noticeMuted },
        speaker: preferences.speaker,
        relayOnly: preferences.relayOnly,
        encryption,
      });
      running.current = meeting;
      keepingManner(token, manner.name, meeting);
      await orAborted(meeting.start(), signal);
      setStage({ at: "inside", invitation, meeting });
    } catch (error) {
      await running.current?.end();
      running.current = null;
      if (error === GIVEN_UP) restVisit(token);
      if (context.state !== "closed") await context.close();
      throw error;
    }
  };

  const enter = async (invitation: Invitation, manner: Manner): Promise<void> => {
    setStage({ at: "before", invitation, joining: true, error: null });
    try {
      await goIn(invitation, manner, (visit) => admit(api, joinWish(token, manner), manner, visit));
    } catch (error) {
      setStage({ at: "before", invitation, joining: false, error: error === GIVEN_UP ? null : error });
    }
  };

  const goOn = async (kept: KeptVisit, manner: Manner): Promise<void> => {
    setStage({ at: "door", returning: true });
    try {
      const invitation = await api.invitation(token, kept.waiting ? undefined : kept.secret);
      await goIn(invitation, manner, (visit) => comeBack(api, token, kept, visit));
    } catch (error) {
      if (error === KEY_MISSING || (error instanceof ApiError && mayPass(error)))
        return setStage({ at: "barred", error });
      if (error instanceof ApiError) forgetVisit(token);
      knock(error === GIVEN_UP ? null : error);
    }
  };

  const arrive = (): void => {
    const kept = keptVisit(token);
    if (kept?.manner) void goOn(kept, kept.manner);
    else knock(null);
  };
  const moveHere = (visit: KeptVisit): void => {
    keepVisit(token, visit);
    arrive();
  };

  const onEnded = useCallback(
    (invitation: Invitation, meeting: Meeting) => {
      running.current = null;
      const connection = meeting.session.connection.get();
      if (connection.state === "ended" && connection.reason !== "lost") forgetVisit(token);
      setStage({ at: "after", invitation, meeting });
      void meeting.end();
    },
    [token],
  );

  const arriveFirst = useEffectEvent(arrive);
  useEffect(() => {
    const timer = window.setTimeout(() => arriveFirst()); // not twice, where the page is mounted twice
    return () => {
      window.clearTimeout(timer);
      goingIn.current?.abort();
      void running.current?.end();
    };
  }, [api, token]);
  return { stage, arrive, moveHere, enter, giveUp, onEnded };
}

const KEY_MISSING = new ApiError("key_missing", "The link does not bring the key of this encrypted meeting.");

/** Whether nothing of this meeting could be heard or read by this page: its link is not whole. */
function isKeyMissing({ encrypted }: Invitation): boolean {
  return encrypted && keyHere() === null;
}

/** Whoever has a link with a key encrypts, whatever the service says of the room. */
async function encryptionHere(): Promise<Encryption | null> {
  const key = keyHere();
  return key === null ? null : (await import("../room/encryption")).Encryption.open(key);
}

/** Does not wait any longer than until `signal` aborts; throws its reason then. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    // After all that tidies up at once.
    signal.addEventListener("abort", () => window.setTimeout(() => reject(signal.reason as Error)));
  });
}

/** Whether a visit ran out, which says nothing about the link. */
function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.code === "session_ended";
}

/** What a reload goes on with. */
function keepingManner(token: string, name: string, { wishSender: { wishes }, capture, camera }: Meeting): void {
  const keep = (): void =>
    keepManner(token, { name, wishes: wishes.get(), microphone: capture.get(), camera: camera.capture.get() });
  keep();
  wishes.subscribe(keep);
  capture.subscribe(keep);
  camera.capture.subscribe(keep);
}

/** The visit by this link in another tab; this one, once inside, tells others of its own. */
function useOtherTab(token: string, at: Stage["at"]): KeptVisit | null {
  const [elsewhere, setElsewhere] = useState<KeptVisit | null>(null);
  useEffect(() => {
    setElsewhere(null);
    if (at === "before" || at === "barred") return askOtherTabs(token, setElsewhere);
    return at === "inside" ? tellOtherTabs(token) : undefined;
  }, [at, token]);
  return elsewhere;
}

/** What somebody tells the service when they come. */
function joinWish(invitation: string, { name, wishes }: Manner): Omit<JoinWish, "earlier"> {
  return {
    invitation,
    name,
    ...(wishes.speak ? { speak: wishes.speak } : {}),
    listen: wishes.listen,
    captions: toAttributes(wishes)["translator.captions"] ?? "off",
  };
}

/** While the link is looked at, or somebody comes back into the room: they may think better of that. */
function Door({ onGiveUp }: { onGiveUp: (() => void) | null }) {
  const { text } = useI18n();
  return (
    <Page narrow>
      <div className="loading">
        <p role="status">{text(onGiveUp ? "before.joining" : "app.loading")}</p>
        <progress aria-label={text("app.loading")} />
        {onGiveUp && (
          <button type="button" className="button" onClick={onGiveUp}>
            {text("app.cancel")}
          </button>
        )}
      </div>
    </Page>
  );
}

interface BarredProps {
  readonly error: unknown;
  readonly onRetry: () => void;
  /** Where they are in this meeting in another tab: a link may be used up by that. */
  readonly onMoveHere: (() => void) | null;
}

function Barred({ error, onRetry, onMoveHere }: BarredProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  // Where the same link leads nowhere another time either, that is not what is offered first.
  const helps = onMoveHere ? "moving" : !(error instanceof ApiError) || mayPass(error) ? "again" : "leaving";
  return (
    <Page narrow>
      <div className="card">
        <h1 className="unseen">{text("app.barred")}</h1>
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
        {onMoveHere && <ElsewhereNotice hint="" onMoveHere={onMoveHere} />}
        <p className="actions">
          <button type="button" className={helps === "again" ? "button button-main" : "button"} onClick={onRetry}>
            {text("error.retry")}
          </button>
          <a className={helps === "leaving" ? "button button-main" : "button"} href="/">
            {text("app.toStart")}
          </a>
        </p>
      </div>
    </Page>
  );
}
