// @vitest-environment jsdom
import {
  DataPacket,
  DataStream_Chunk,
  DataStream_Header,
  DataStream_TextHeader,
  Encryption_Type,
} from "@livekit/protocol";
import { Room } from "livekit-client";
import { describe, expect, it } from "vitest";
import { forgetStream, STREAM_OPTIONS } from "../../src/room/streams";

interface Manager {
  setConnected(connected: boolean): void;
  handleDataStreamPacket(packet: DataPacket, encryption: Encryption_Type): void;
  readonly textStreamControllers: Map<string, unknown>;
}

function packet(value: DataPacket["value"]): DataPacket {
  return new DataPacket({ participantIdentity: "eve", value });
}

describe("a text stream that nobody will read", () => {
  it("leaves nothing behind in the library, and its later pieces are thrown away", () => {
    const room = new Room(STREAM_OPTIONS);
    const manager = (room as unknown as { incomingDataStreamManager: Manager }).incomingDataStreamManager;
    manager.setConnected(true);
    room.registerTextStreamHandler("lk.transcription", (reader) => forgetStream(room, reader.info.id));
    const header = new DataStream_Header({
      streamId: "s1",
      topic: "lk.transcription",
      contentHeader: { case: "textHeader", value: new DataStream_TextHeader() },
    });
    const chunk = new DataStream_Chunk({ streamId: "s1", chunkIndex: 0n, content: new Uint8Array(15_000) });

    manager.handleDataStreamPacket(packet({ case: "streamHeader", value: header }), Encryption_Type.NONE);
    for (let at = 0; at < 3; at += 1) {
      manager.handleDataStreamPacket(packet({ case: "streamChunk", value: chunk }), Encryption_Type.NONE);
    }

    expect(manager.textStreamControllers.size).toBe(0);
  });
});
