import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { keepPreferences, readPreferences, type Preferences } from "../logic/preferences";

type Change = (change: Partial<Preferences>) => void;

const PreferencesContext = createContext<readonly [Preferences, Change] | null>(null);

/** Holds the preferences, keeps them in this browser, and puts the colours on the page. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [preferences, setPreferences] = useState(() => readPreferences(window.localStorage));

  const change = useCallback<Change>((part) => setPreferences((before) => ({ ...before, ...part })), []);
  useEffect(() => keepPreferences(window.localStorage, preferences), [preferences]);
  useEffect(() => {
    document.documentElement.dataset["theme"] = preferences.theme;
  }, [preferences.theme]);

  const value = useMemo(() => [preferences, change] as const, [preferences, change]);
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

export function usePreferences(): readonly [Preferences, Change] {
  const value = useContext(PreferencesContext);
  if (!value) throw new Error("usePreferences outside PreferencesProvider");
  return value;
}
