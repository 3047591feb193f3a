import { RoomEvent, type Room } from "livekit-client";
import { interpretedBy, NO_BOOTHS } from "../logic/booths";
import type { Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";
import { AttributeSender } from "./attributeSender";

/**
 * Where a person says into which language they want to interpret, and whether the sound of their screen is to be.
 *
 * Whether they may interpret the interpreter knows.
 */
export class Booth {
  /** The language that they have taken over; "" while they have given back all. */
  readonly wanted = new Store("");
  /** What is spoken in the sound of their shared screen, or "auto"; "" where it is not to be interpreted. */
  readonly screen = new Store("");

  constructor(
    private readonly room: Room,
    interpreter: Readable<Interpreter>,
  ) {
    const sender = new AttributeSender(room, () => ({
      "translator.interpret": this.wanted.get(),
      "translator.screen": this.screen.get(),
    }));
    this.wanted.subscribe(() => void sender.send());
    this.screen.subscribe(() => void sender.send());
    // Whoever reloads the page in the booth finds themselves in it; whoever lost the right does not.
    room.once(RoomEvent.Connected, () => {
      const before = room.localParticipant.attributes["translator.interpret"] ?? "";
      if (before && !this.wanted.get()) this.wanted.set(before);
    });
    interpreter.subscribe(() => {
      const now = interpreter.get();
      const wanted = this.wanted.get();
      if (wanted && now.present && !now.booths.may.get(this.identity)?.includes(wanted)) this.wanted.set("");
    });
  }

  /** The language into which they interpret, as the interpreter has confirmed it. */
  static languageOf(interpreter: Interpreter, identity: string): string {
    return interpretedBy(interpreter.present ? interpreter.booths : NO_BOOTHS, identity);
  }

  private get identity(): string {
    return this.room.localParticipant.identity;
  }
}
