import { useEffect, useState } from "react";
import { useStore } from "@hive/hooks/useStore";
import { send } from "../chrome/messages";
import { Viewer } from "../chrome/viewer";
import { Told, Trouble } from "../components/fields";
import { LanguageFields } from "../components/LanguageFields";
import { Lines } from "../components/Lines";
import { HoldButton } from "../components/HoldButton";
import { PairingForm } from "../components/PairingForm";
import { SpeakFields } from "../components/SpeakFields";
import { hearingText, lagText, microphoneText, othersText, problemText } from "../components/texts";
import { useKept } from "../components/useKept";
import { words } from "../i18n/words";
import type { CallState, Line, Tab } from "../logic/call";
import { speaks, type Change, type Settings } from "../logic/settings";
import { openWindow, useTab } from "./useTab";

export function Popup() {
  const [kept, change] = useKept();
  const viewer = useViewer();
  const { state, lines } = useStore(viewer.view);
  const tab = useTab();
  if (!kept) return null;
  const here = state.tab !== null && state.tab.id === tab?.id;
  return (
    <main className="popup" data-phase={state.phase}>
      <header>
        <h1>HIVE</h1>
        <button type="button" className="button button-link" onClick={() => void chrome.runtime.openOptionsPage()}>
          {words.text("page.settings")}
        </button>
      </header>
      {state.problem && <Trouble>{problemText(state.problem)}</Trouble>}
      {!kept.device ? (
        <PairingForm />
      ) : (
        <>
          <Actions state={state} tab={tab} here={here} start={(chosen) => begin(viewer, chosen)} />
          {here && <Status state={state} settings={kept.settings} viewer={viewer} tab={tab} lines={lines} />}
          <Choices settings={kept.settings} state={state} change={change} />
        </>
      )}
    </main>
  );
}

function useViewer(): Viewer {
  const [viewer] = useState(() => new Viewer());
  useEffect(() => {
    viewer.connect();
    return () => viewer.close();
  }, [viewer]);
  return viewer;
}

async function begin(viewer: Viewer, tab: Tab): Promise<void> {
  await send({ to: "background", type: "start", tab });
  viewer.connect();
}

interface ActionsProps {
  readonly state: CallState;
  readonly tab: Tab | null;
  readonly here: boolean;
  readonly start: (tab: Tab) => Promise<void>;
}

function Actions({ state, tab, here, start }: ActionsProps) {
  const { text } = words;
  const elsewhere = state.phase !== "idle" && !here;
  return (
    <div className="start">
      {elsewhere && <Told>{text("call.elsewhere", { title: state.tab?.title ?? "" })}</Told>}
      {!here && (
        <button
          type="button"
          className="button button-main button-wide"
          disabled={!tab}
          onClick={() => tab && void start(tab)}
        >
          {text(elsewhere ? "call.move" : "call.start")}
        </button>
      )}
      {state.phase !== "idle" && (
        <button
          type="button"
          className="button button-danger button-wide"
          onClick={() => void send({ to: "background", type: "stop" })}
        >
          {text("call.stop")}
        </button>
      )}
    </div>
  );
}

interface StatusProps {
  readonly state: CallState;
  readonly settings: Settings;
  readonly viewer: Viewer;
  readonly tab: Tab | null;
  readonly lines: readonly Line[];
}

function Status({ state, settings, viewer, tab, lines }: StatusProps) {
  const { text } = words;
  const refused = state.captions === "refused";
  const inWindow = window.location.search !== "";
  return (
    <section className="status" aria-live="polite">
      <p>{hearingText(state, settings) || text("call.running")}</p>
      <p className="hint">{lagText(state)}</p>
      {microphoneText(state) && <p className="trouble">{microphoneText(state)}</p>}
      {othersText(state, settings) && (
        <p className="others" data-hear={state.othersHear}>
          {othersText(state, settings)}
        </p>
      )}
      {speaks(settings) && settings.speak === "push" && <HoldButton press={(pressed) => viewer.press(pressed)} />}
      {refused && <Told>{text("problem.captions")}</Told>}
      {(refused || inWindow) && <Lines lines={lines} />}
      {refused && !inWindow && tab && (
        <button type="button" className="button" onClick={() => openWindow(tab)}>
          {text("call.window")}
        </button>
      )}
    </section>
  );
}

interface ChoicesProps {
  readonly settings: Settings;
  readonly state: CallState;
  readonly change: (change: Change) => void;
}

function Choices({ settings, state, change }: ChoicesProps) {
  return (
    <section className="choices">
      <LanguageFields settings={settings} offered={state.offered} change={change} />
      <SpeakFields settings={settings} change={change} />
    </section>
  );
}
