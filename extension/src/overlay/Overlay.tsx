import { useEffect } from "react";
import { useStore } from "@hive/hooks/useStore";
import { CAPTION_SIZES } from "@hive/logic/preferences";
import { send } from "../chrome/messages";
import type { Viewer } from "../chrome/viewer";
import { HoldButton } from "../components/HoldButton";
import { Lines } from "../components/Lines";
import { hearingText, lagText, microphoneText, othersText, problemText } from "../components/texts";
import { words } from "../i18n/words";
import type { CallState } from "../logic/call";
import { CONTRASTS, speaks, type Look, type Settings } from "../logic/settings";
import { Glyph } from "./Glyph";
import { HearSelect } from "./HearSelect";
import { useMoving } from "./useMoving";

interface OverlayProps {
  readonly viewer: Viewer;
  readonly close: () => void;
}

export function Overlay({ viewer, close }: OverlayProps) {
  const { state, settings, lines } = useStore(viewer.view);
  const over = useOver(viewer, close);
  if (over) return <Ended problem={over} close={close} />;
  if (!settings || state.phase === "idle") return null;
  return (
    <Frame look={settings.look}>
      {(moving) => (
        <>
          <Bar state={state} settings={settings} moving={moving} />
          <Signs state={state} settings={settings} viewer={viewer} />
          {settings.read !== "off" && <Lines lines={lines} />}
        </>
      )}
    </Frame>
  );
}

/** Why the call is over, where people should know; one that was stopped takes its captions along. */
function useOver(viewer: Viewer, close: () => void): CallState["problem"] {
  const { state } = useStore(viewer.view);
  const connected = useStore(viewer.connected);
  const stopped = connected && state.phase === "idle" && state.problem === null;
  useEffect(() => {
    if (stopped) close();
  }, [stopped, close]);
  return state.phase === "idle" ? state.problem : null;
}

function Ended({ problem, close }: { problem: NonNullable<CallState["problem"]>; close: () => void }) {
  return (
    <div className="frame ended" data-contrast="dark" role="alert">
      <p>{problemText(problem)}</p>
      <button type="button" className="button" onClick={close}>
        {words.text("captions.close")}
      </button>
    </div>
  );
}

type Moving = ReturnType<typeof useMoving>["handle"];

function Frame({ look, children }: { look: Look; children: (moving: Moving) => React.ReactNode }) {
  const { place, handle } = useMoving(look, (moved) => save({ ...look, ...moved }));
  const style = {
    left: `${place.x * 100}%`,
    top: `${place.y * 100}%`,
    transform: `translate(${-place.x * 100}%, ${-place.y * 100}%)`,
    "--size": `${CAPTION_SIZES[look.size] ?? 1}rem`,
  } as React.CSSProperties;
  return (
    <section className="frame" aria-label={words.text("captions.label")} data-contrast={look.contrast} style={style}>
      {children(handle)}
    </section>
  );
}

function save(look: Look): void {
  void send({ to: "background", type: "change", change: { look } });
}

function Bar({ state, settings, moving }: { state: CallState; settings: Settings; moving: Moving }) {
  const { text } = words;
  const { look } = settings;
  const resize = (by: number): void =>
    save({ ...look, size: Math.min(CAPTION_SIZES.length - 1, Math.max(0, look.size + by)) });
  const contrast = (): void => {
    const next = CONTRASTS[(CONTRASTS.indexOf(look.contrast) + 1) % CONTRASTS.length] ?? look.contrast;
    save({ ...look, contrast: next });
  };
  return (
    <div className="bar">
      <button type="button" className="button handle" aria-label={text("captions.move")} {...moving}>
        <Glyph of="move" />
      </button>
      <HearSelect settings={settings} offered={state.offered} />
      <span className="lag">{lagText(state)}</span>
      <button type="button" className="button" aria-label={text("captions.smaller")} onClick={() => resize(-1)}>
        <Glyph of="smaller" />
      </button>
      <button type="button" className="button" aria-label={text("captions.larger")} onClick={() => resize(1)}>
        <Glyph of="larger" />
      </button>
      <button type="button" className="button" aria-label={text("captions.contrast")} onClick={contrast}>
        <Glyph of="contrast" />
      </button>
      <button type="button" className="button stop" onClick={() => void send({ to: "background", type: "stop" })}>
        {text("call.stop")}
      </button>
    </div>
  );
}

function Signs({ state, settings, viewer }: { state: CallState; settings: Settings; viewer: Viewer }) {
  const others = othersText(state, settings);
  const said = [hearingText(state, settings), microphoneText(state)].filter(Boolean);
  return (
    <div className="signs" aria-live="polite">
      {said.map((words) => (
        <p key={words}>{words}</p>
      ))}
      {others && (
        <p className="others" data-hear={state.othersHear} data-page={state.page}>
          {others}
        </p>
      )}
      {speaks(settings) && settings.speak === "push" && <HoldButton press={(pressed) => viewer.press(pressed)} />}
    </div>
  );
}
