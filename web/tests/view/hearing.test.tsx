// @vitest-environment jsdom
import { RoomContext } from "@livekit/components-react";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { ParticipantKind, RemoteParticipant, Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HearingChoices } from "../../src/components/HearingChoices";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { NO_CHOICES, type HearingChoices as Choices } from "../../src/logic/hearing";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import type { Meeting } from "../../src/room/meeting";
import { choosable, choose, listOf } from "../fakes/languages";

const OFFER = { recognised: ["en"], read: ["en", "es", "fr"], heard: ["es", "fr"], likened: null };
const WISHES: Wishes = { speak: "es", listen: "es", read: { mode: "both", language: "es" }, push: "always" };

/** Somebody in the room, with a microphone or without. */
function someone(identity: string, microphone: boolean, kind = ParticipantKind.STANDARD): RemoteParticipant {
  const person = new RemoteParticipant(undefined as never, identity, identity, identity, "", {}, undefined, kind);
  vi.spyOn(person, "getTrackPublication").mockReturnValue((microphone ? {} : undefined) as never);
  return person;
}

describe("the choices of hearing", () => {
  let choices: Store<Choices>;

  let interpreter: Store<Interpreter>;

  function show(
    people: readonly RemoteParticipant[],
    { role = "speaker", listen = "es", likened = null as readonly string[] | null } = {},
  ) {
    const room = new Room();
    for (const person of people) room.remoteParticipants.set(person.identity, person);
    const meeting = {
      admission: { role },
      maySpeak: role === "speaker",
      hearing: choices,
      wishSender: { wishes: new Store({ ...WISHES, listen }) },
      interpreter,
      room: { localParticipant: { identity: "me" } },
      directory: { names: new Store(new Map([["ana", "Ana"]])) },
    };
    return render(
      <PreferencesProvider>
        <I18nProvider>
          <RoomContext value={room}>
            <MeetingContext value={meeting as unknown as Meeting}>
              <HearingChoices offer={{ ...OFFER, likened }} />
            </MeetingContext>
          </RoomContext>
        </I18nProvider>
      </PreferencesProvider>,
    );
  }

  beforeEach(() => {
    choices = new Store(NO_CHOICES);
    interpreter = new Store<Interpreter>(ABSENT);
    keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  });
  afterEach(() => {
    cleanup();
    window.localStorage.clear();
  });

  it("begin with a second language, which is remembered and is not the one that is heard", async () => {
    show([]);
    const second = await screen.findByLabelText("I also understand");
    const codes = choosable(listOf(second));
    expect(codes).toContain("de"); // what is understood need not be offered
    expect(codes).not.toContain("es");

    choose(second, "fr");
    expect(choices.get().understands).toBe("fr");
    expect(readPreferences(window.localStorage).understands).toBe("fr");
  });

  it("have a list and a volume for each who has a microphone, and for nobody else", async () => {
    const { container } = show([
      someone("ana", true),
      someone("bob", false),
      someone("agent", true, ParticipantKind.AGENT),
    ]);
    const one = await screen.findByLabelText("How I hear Ana");
    expect(choosable(listOf(one))).toEqual(["", "original", "fr", "es"]);
    expect(container.querySelectorAll(".person-sound")).toHaveLength(1);

    choose(one, "fr");
    fireEvent.change(screen.getByLabelText("Volume of Ana"), { target: { value: "40" } });
    expect([...choices.get().overrides, ...choices.get().volumes]).toEqual([
      ["ana", "fr"],
      ["ana", 0.4],
    ]);
    expect(screen.getByText("40%")).toBeTruthy();
    choose(one, "");
    expect(choices.get().overrides.size).toBe(0);
  });

  it("let a speaker wish for a voice, and ask that of nobody who only listens", async () => {
    show([]);
    fireEvent.change(await screen.findByLabelText("My voice in translation"), { target: { value: "low" } });
    expect(choices.get().voice).toBe("low");
    expect(readPreferences(window.localStorage).voice).toBe("low");
    cleanup();

    show([], { role: "listener", listen: "off" });
    await waitFor(() => expect(document.querySelector(".hearing-choices")).not.toBeNull());
    expect(screen.queryByLabelText("I also understand")).toBeNull(); // originals are heard anyway
    expect(screen.queryByLabelText("My voice in translation")).toBeNull();
  });

  it("let a speaker be heard in a voice like theirs where that can be done, say what that means, and how far it is", async () => {
    show([]);
    await screen.findByLabelText("My voice in translation");
    expect(screen.queryByRole("switch")).toBeNull();
    cleanup();

    show([], { likened: ["es"] });
    const wish = await screen.findByRole<HTMLInputElement>("switch", { name: /a voice like mine, in this meeting/ });
    expect(wish.checked).toBe(false);
    const consent = document.getElementById(wish.getAttribute("aria-describedby") ?? "");
    expect(consent?.textContent).toContain("Your voice is not cloned.");
    fireEvent.click(wish);
    expect([choices.get().likeness, window.localStorage.getItem("hive.preferences")?.includes("likeness")]).toEqual([
      true,
      false,
    ]);

    const told = (own: object): void => {
      const likenesses = JSON.stringify({ me: own, ana: { state: "failed" } });
      act(() => interpreter.set(readInterpreter("agent", { "translator.likenesses": likenesses })));
    };
    told({ state: "gathering", speech_s: 4 });
    expect(screen.getByText("Keep speaking: 4 of about 12 seconds have been heard.")).toBeTruthy();
    told({ state: "searching" });
    expect(screen.getByText(/^Your voice is measured\./)).toBeTruthy();
    told({ state: "found", voices: { es: { before: 0.61, after: 0.74 } } });
    expect(screen.getByText(/^Spanish: similarity to your voice 0\.61 → 0\.74/)).toBeTruthy();
    told({ state: "failed" });
    expect(screen.getByText(/could be found\. The usual voice speaks\.$/)).toBeTruthy();
    fireEvent.click(wish);
    expect(choices.get().likeness).toBe(false);
    expect(screen.queryByText(/could be found/)).toBeNull();
  });

  it("are accessible", async () => {
    const { container } = show([someone("ana", true)], { likened: ["es"] });
    await screen.findByLabelText("How I hear Ana");
    await screen.findByRole("switch");
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });
});
