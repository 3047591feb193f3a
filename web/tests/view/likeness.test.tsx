// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LikenessRule } from "../../src/components/LikenessRule";
import { LikenessFact, LikenessLine, LikenessMark } from "../../src/components/LikenessStatus";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ABSENT, readInterpreter, type Interpreter } from "../../src/logic/interpreter";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Meeting } from "../../src/room/meeting";

const FOUND = { state: "found", voices: { es: { before: 0.61, after: 0.74 } } };

describe("whose voice is computed", () => {
  let interpreter: Store<Interpreter>;

  const told = (likenesses: object, abilities = '{"likened":["es"]}'): void =>
    act(() =>
      interpreter.set(
        readInterpreter("agent", {
          "translator.likenesses": JSON.stringify(likenesses),
          "translator.abilities": abilities,
        }),
      ),
    );

  function show(children: React.ReactNode) {
    const meeting = {
      interpreter,
      room: { localParticipant: { identity: "me" } },
      directory: { names: new Store(new Map([["ana", "Ana"]])) },
    };
    return render(
      <PreferencesProvider>
        <I18nProvider>
          <MeetingContext value={meeting as unknown as Meeting}>{children}</MeetingContext>
        </I18nProvider>
      </PreferencesProvider>,
    );
  }

  beforeEach(() => {
    interpreter = new Store<Interpreter>(ABSENT);
    keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  });
  afterEach(() => {
    cleanup();
    window.localStorage.clear();
  });

  it("is said to everybody, read out, once it is so and for as long as it is", async () => {
    show(<LikenessLine />);
    const line = await screen.findByRole("status");
    told({ ana: { state: "searching" } });
    expect(line.textContent).toBe("");
    told({ ana: FOUND });
    expect(line.textContent).toBe("Ana is heard in a computed voice that resembles theirs.");
    told({ me: FOUND });
    expect(line.textContent).toBe("You are heard in a computed voice that resembles yours.");
    told({ me: FOUND, ana: FOUND, bo: FOUND });
    expect(line.textContent).toBe("3 people are heard in computed voices that resemble theirs.");
    told({});
    expect(line.textContent).toBe("");
  });

  it("is marked at their picture and in the list of people, in words for screen readers", async () => {
    const { container } = show(
      <>
        <LikenessMark identity="ana" />
        <LikenessMark identity="bo" />
        <ul>
          <li>
            <LikenessFact identity="ana" />
            <LikenessFact identity="bo" />
          </li>
        </ul>
      </>,
    );
    told({ ana: FOUND, bo: { state: "gathering" } });
    expect(await screen.findAllByRole("img", { name: "heard in a computed voice that resembles theirs" })).toHaveLength(
      1,
    );
    expect(screen.getAllByText("≈ heard in a computed voice that resembles theirs")).toHaveLength(1);
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("is forbidden by organisers, who see the switch where it can be done", async () => {
    const onChange = vi.fn();
    show(<LikenessRule forbidden={false} onChange={onChange} />);
    told({}, "{}");
    expect(screen.queryByRole("switch")).toBeNull();
    told({});
    const allowed = await screen.findByRole<HTMLInputElement>("switch");
    expect(allowed.checked).toBe(true);
    fireEvent.click(allowed);
    expect(onChange).toHaveBeenCalledWith(true);
    cleanup();

    interpreter.set(ABSENT);
    show(<LikenessRule forbidden onChange={onChange} />);
    const forbidden = await screen.findByRole<HTMLInputElement>("switch");
    expect(forbidden.checked).toBe(false);
    fireEvent.click(forbidden);
    expect(onChange).toHaveBeenLastCalledWith(false);
  });
});
