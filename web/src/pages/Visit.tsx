import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Notice } from "../components/controls";
import { Page } from "../components/Page";
import { PartBoundary } from "../components/PartBoundary";
import { useConfig } from "../hooks/useConfig";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import type { Api, Invitation, JoinWish } from "../logic/api";
import { toAttributes } from "../logic/wishes";
import type { Meeting } from "../room/meeting";
import { admit } from "../room/admission";
import { forgetSession, keptSession } from "../room/sessionShelf";
import { Before, type Entry } from "./Before";
import { Lobby } from "./Lobby";

const Inside = lazy(async () => ({ default: (await import("./Inside")).Inside }));
const After = lazy(async () => ({ default: (await import("./After")).After }));

type Stage =
  | { readonly at: "door" }
  | { readonly at: "barred"; readonly error: unknown }
  | { readonly at: "before"; readonly invitation: Invitation; readonly joining: boolean; readonly error: unknown }
  | { readonly at: "waiting"; readonly invitation: Invitation; readonly name: string; readonly giveUp: () => void }
  | { readonly at: "inside"; readonly invitation: Invitation; readonly meeting: Meeting }
  | { readonly at: "after"; readonly invitation: Invitation; readonly meeting: Meeting };

const GIVEN_UP = new DOMException("given up", "AbortError");

/** One person's visit to a meeting, from the link to the transcript. */
export function Visit({ api, invitationToken }: { api: Api; invitationToken: string }) {
  const [stage, setStage] = useState<Stage>({ at: "door" });
  const [preferences] = usePreferences();
  const config = useConfig(api);
  const running = useRef<Meeting | null>(null);

  const look = useCallback(() => {
    setStage({ at: "door" });
    api.invitation(invitationToken).then(
      (invitation) => setStage({ at: "before", invitation, joining: false, error: null }),
      (error: unknown) => setStage({ at: "barred", error }),
    );
  }, [api, invitationToken]);
  useEffect(look, [look]);
  const waiting = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      waiting.current?.abort();
      void running.current?.end();
    },
    [],
  );

  const enter = async (invitation: Invitation, entry: Entry): Promise<void> => {
    // Browsers let sound start only in the same moment as the click. Where it may not start, the promise stays
    // open for as long as that lasts: nobody waits for it, and the meeting offers a button.
    const context = new AudioContext();
    context.resume().catch(() => undefined);
    setStage({ at: "before", invitation, joining: true, error: null });
    const visit = new AbortController();
    waiting.current = visit;
    const giveUp = (): void => visit.abort(GIVEN_UP);
    try {
      const [{ Meeting }, admission] = await Promise.all([
        import("../room/meeting"),
        admit(api, joinWish(invitationToken, entry), {
          signal: visit.signal,
          onWaiting: () => setStage({ at: "waiting", invitation, name: entry.name, giveUp }),
        }),
      ]);
      const meeting = new Meeting(admission, api, context, {
        wishes: entry.wishes,
        balance: preferences.balance,
        microphone: entry.microphone,
        speaker: preferences.speaker,
        relayOnly: preferences.relayOnly,
      });
      running.current = meeting;
      await meeting.start();
      setStage({ at: "inside", invitation, meeting });
    } catch (error) {
      await running.current?.end();
      running.current = null;
      if (context.state !== "closed") await context.close();
      setStage({ at: "before", invitation, joining: false, error: error === GIVEN_UP ? null : error });
    }
  };

  const onEnded = useCallback(
    (invitation: Invitation, meeting: Meeting) => {
      running.current = null;
      const connection = meeting.session.connection.get();
      if (connection.state === "ended" && connection.reason !== "lost") forgetSession(invitationToken);
      setStage({ at: "after", invitation, meeting });
      void meeting.end();
    },
    [invitationToken],
  );

  switch (stage.at) {
    case "door":
      return <Door />;
    case "barred":
      return <Barred error={stage.error} onRetry={look} />;
    case "before":
      return (
        <Before
          invitation={stage.invitation}
          joining={stage.joining}
          error={stage.error}
          returning={keptSession(invitationToken) !== null}
          privacyUrl={config?.privacy_url ?? null}
          onEnter={(entry) => void enter(stage.invitation, entry)}
        />
      );
    case "waiting":
      return <Lobby title={stage.invitation.title} name={stage.name} onGiveUp={stage.giveUp} />;
    case "inside":
      return (
        <Suspense fallback={<Door />}>
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
        <Suspense fallback={<Door />}>
          <PartBoundary>
            <After meeting={stage.meeting} title={stage.invitation.title} onAgain={look} />
          </PartBoundary>
        </Suspense>
      );
  }
}

/** What somebody tells the service when they come. */
function joinWish(invitation: string, { name, wishes }: Entry): Omit<JoinWish, "earlier"> {
  return {
    invitation,
    name,
    ...(wishes.speak ? { speak: wishes.speak } : {}),
    listen: wishes.listen,
    captions: toAttributes(wishes)["translator.captions"] ?? "off",
  };
}

function Door() {
  const { text } = useI18n();
  return (
    <Page narrow>
      <p className="loading">{text("app.loading")}</p>
    </Page>
  );
}

function Barred({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  return (
    <Page narrow>
      <div className="card">
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
        <p className="actions">
          <button type="button" className="button button-main" onClick={onRetry}>
            {text("error.retry")}
          </button>
          <a className="button" href="/">
            {text("app.toStart")}
          </a>
        </p>
      </div>
    </Page>
  );
}
