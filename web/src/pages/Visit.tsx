import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Notice } from "../components/controls";
import { Page } from "../components/Page";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { ApiError, type Admission, type Api, type Invitation } from "../logic/api";
import { toAttributes } from "../logic/wishes";
import type { Meeting } from "../room/meeting";
import { forgetSession, keepSession, keptSession } from "../room/sessionShelf";
import { Before, type Entry } from "./Before";

const Inside = lazy(async () => ({ default: (await import("./Inside")).Inside }));
const After = lazy(async () => ({ default: (await import("./After")).After }));

type Stage =
  | { readonly at: "door" }
  | { readonly at: "barred"; readonly error: unknown }
  | { readonly at: "before"; readonly invitation: Invitation; readonly joining: boolean; readonly error: unknown }
  | { readonly at: "inside"; readonly invitation: Invitation; readonly meeting: Meeting }
  | { readonly at: "after"; readonly invitation: Invitation; readonly meeting: Meeting };

/** One person's visit to a meeting, from the link to the transcript. */
export function Visit({ api, invitationToken }: { api: Api; invitationToken: string }) {
  const [stage, setStage] = useState<Stage>({ at: "door" });
  const [preferences] = usePreferences();
  const running = useRef<Meeting | null>(null);

  const look = useCallback(() => {
    setStage({ at: "door" });
    api.invitation(invitationToken).then(
      (invitation) => setStage({ at: "before", invitation, joining: false, error: null }),
      (error: unknown) => setStage({ at: "barred", error }),
    );
  }, [api, invitationToken]);
  useEffect(look, [look]);
  useEffect(() => () => void running.current?.end(), []);

  const enter = async (invitation: Invitation, entry: Entry): Promise<void> => {
    // Browsers let sound start only in the same moment as the click. Where it may not start, the promise stays
    // open for as long as that lasts: nobody waits for it, and the meeting offers a button.
    const context = new AudioContext();
    context.resume().catch(() => undefined);
    setStage({ at: "before", invitation, joining: true, error: null });
    try {
      const [{ Meeting }, admission] = await Promise.all([
        import("../room/meeting"),
        admit(api, invitationToken, entry),
      ]);
      keepSession(invitationToken, admission.session);
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
      setStage({ at: "before", invitation, joining: false, error });
    }
  };

  const onEnded = useCallback((invitation: Invitation, meeting: Meeting) => {
    running.current = null;
    const connection = meeting.session.connection.get();
    if (connection.state === "ended" && connection.reason !== "lost") forgetSession(invitationToken);
    setStage({ at: "after", invitation, meeting });
    void meeting.end();
  }, [invitationToken]);

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
          onEnter={(entry) => void enter(stage.invitation, entry)}
        />
      );
    case "inside":
      return (
        <Suspense fallback={<Door />}>
          <Inside
            api={api}
            invitation={stage.invitation}
            meeting={stage.meeting}
            onEnded={() => onEnded(stage.invitation, stage.meeting)}
          />
        </Suspense>
      );
    case "after":
      return (
        <Suspense fallback={<Door />}>
          <After meeting={stage.meeting} title={stage.invitation.title} onAgain={look} />
        </Suspense>
      );
  }
}

/** Comes back under the same identity where this browser was let in before. */
async function admit(api: Api, invitation: string, { name, wishes }: Entry): Promise<Admission> {
  const session = keptSession(invitation);
  if (session) {
    try {
      return await api.renew(session);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === "offline") throw error;
      forgetSession(invitation);
    }
  }
  const attributes = toAttributes(wishes);
  return api.join({
    invitation,
    name,
    ...(wishes.speak ? { speak: wishes.speak } : {}),
    listen: wishes.listen,
    captions: attributes["translator.captions"] ?? "off",
  });
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
