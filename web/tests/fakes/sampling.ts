/** A scripted stage for the sample: sound that ends when a test says so, and a room that remembers what is published. */

import type { Wishes } from "../../src/logic/wishes";
import { Store } from "../../src/logic/store";
import type { SampleStage } from "../../src/room/sample";

class FakeSource extends EventTarget {
  buffer: unknown = null;
  connect(): void {
    // nobody listens
  }
  disconnect(): void {
    // nobody listens
  }
  start(): void {
    // it ends when the test says so
  }
  stop(): void {
    this.dispatchEvent(new Event("ended"));
  }
}

export class FakeStage {
  readonly log: string[] = [];
  readonly wishes: Store<Wishes>;
  readonly sources: FakeSource[] = [];
  isMicrophoneOn = true;
  /** The server's answer to what is published. */
  answer: () => Promise<void> = () => Promise.resolve();

  constructor(wishes: Wishes) {
    this.wishes = new Store(wishes);
  }

  stage(): SampleStage {
    const published = {
      publishTrack: async (_: unknown, { name, source }: { name: string; source: string }): Promise<void> => {
        await this.answer();
        this.log.push(`published ${name} as ${source}, speaking ${this.wishes.get().speak}`);
      },
      unpublishTrack: (): Promise<void> => {
        this.log.push("unpublished");
        return Promise.resolve();
      },
    };
    const context = {
      decodeAudioData: () => Promise.resolve({}),
      createMediaStreamDestination: () => ({ stream: { getAudioTracks: () => [{}] } }),
      createBufferSource: () => {
        const source = new FakeSource();
        this.sources.push(source);
        return source;
      },
    };
    return {
      room: { localParticipant: published },
      context,
      output: {},
      wishes: this.wishes,
      isMicrophoneOn: () => this.isMicrophoneOn,
      setMicrophone: (on: boolean) => {
        this.isMicrophoneOn = on;
        this.log.push(`microphone ${on ? "on" : "off"}`);
        return Promise.resolve();
      },
    } as unknown as SampleStage;
  }
}
