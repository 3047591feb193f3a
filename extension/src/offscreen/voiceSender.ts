import type { FromPage, ToPage } from "../logic/call";
import { gathered } from "./gathering";

const CONNECTING_MS = 8000;

/** Sends the translated voice to the part in the call's page, over a peer connection within this machine. */
export class VoiceSender {
  private readonly peer = new RTCPeerConnection();
  private readonly late: ReturnType<typeof setTimeout>;

  constructor(
    private readonly port: chrome.runtime.Port,
    voice: MediaStream,
    failed: () => void,
  ) {
    this.late = setTimeout(failed, CONNECTING_MS);
    this.peer.onconnectionstatechange = (): void => {
      if (this.peer.connectionState === "connected") clearTimeout(this.late);
      if (this.peer.connectionState === "failed") failed();
    };
    for (const track of voice.getAudioTracks()) this.peer.addTrack(track, voice);
    this.offer().catch((error: unknown) => {
      console.warn("the page gets no voice", error);
      failed();
    });
  }

  async take({ sdp }: Extract<FromPage, { type: "answer" }>): Promise<void> {
    await this.peer.setRemoteDescription({ type: "answer", sdp });
  }

  close(): void {
    clearTimeout(this.late);
    this.peer.close();
  }

  private async offer(): Promise<void> {
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await gathered(this.peer);
    const { sdp } = this.peer.localDescription ?? {};
    if (sdp) this.port.postMessage({ type: "offer", sdp } satisfies ToPage);
  }
}
