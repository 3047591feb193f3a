/**
 * In the call's page, out of reach of its scripts and of its policy: takes the translated voice from the offscreen
 * document over a peer connection, and hands it on by an element of the page, as elements alone are seen from both sides.
 */

import { PAGE, type FromPage, type Message, type PageMicrophone, type ToPage } from "../logic/call";
import { gathered } from "../offscreen/gathering";
import { ASK, HEAR, MICROPHONE, tell, told, VOICE } from "./signs";

const KNOWN: readonly PageMicrophone[] = ["waiting", "replaced", "suspended"];

let peer: RTCPeerConnection | null = null;
const player = document.createElement("audio");
player.muted = true;

/** There may be no call, or none in this tab: the connection then ends at once. */
function connect(): void {
  if (peer) return;
  const port = chrome.runtime.connect({ name: PAGE });
  const say = (message: FromPage): void => port.postMessage(message);
  const onMicrophone = (event: Event): void => {
    const microphone = KNOWN.find((known) => known === told(event));
    if (microphone) say({ type: "microphone", microphone });
  };
  port.onMessage.addListener((message: ToPage) => {
    if (message.type === "hear") return tell(HEAR, message.hear);
    document.addEventListener(MICROPHONE, onMicrophone);
    tell(ASK);
    answer(message.sdp, say).catch((error: unknown) => {
      console.warn("HIVE: no translated voice in this page", error);
      say({ type: "microphone", microphone: "failed" });
    });
  });
  port.onDisconnect.addListener(() => {
    void chrome.runtime.lastError; // nobody was there
    document.removeEventListener(MICROPHONE, onMicrophone);
    peer?.close();
    peer = null;
    tell(HEAR, "own");
  });
}

async function answer(sdp: string, say: (message: FromPage) => void): Promise<void> {
  const connection = new RTCPeerConnection();
  peer = connection;
  connection.ontrack = ({ track, streams }): void => handOn(streams[0] ?? new MediaStream([track]));
  await connection.setRemoteDescription({ type: "offer", sdp });
  await connection.setLocalDescription(await connection.createAnswer());
  await gathered(connection);
  say({ type: "answer", sdp: connection.localDescription?.sdp ?? "" });
}

function handOn(voice: MediaStream): void {
  player.srcObject = voice;
  // Chromium keeps a remote track silent in Web Audio unless an element plays it too.
  player.play().catch(() => undefined); // not before a click; the page's own sound waits for the same
  document.documentElement.append(player);
  player.dispatchEvent(new CustomEvent(VOICE, { bubbles: true }));
  player.remove();
}

chrome.runtime.onMessage.addListener((message: Message) => {
  if (message.to === "page") connect();
});
connect();
