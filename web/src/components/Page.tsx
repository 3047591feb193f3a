import { useEffect, useRef, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { INTERFACE_LANGUAGES } from "../logic/languages";
import { Logo } from "./Icon";
import { LanguageSelect } from "./LanguageSelect";

/** The frame of all pages outside a meeting. */
export function Page({
  children,
  narrow = false,
  title = "",
}: {
  children: ReactNode;
  narrow?: boolean;
  title?: string;
}) {
  const { text } = useI18n();
  useTitle(title);
  return (
    <>
      <a className="skip" href="#content">
        {text("app.skip")}
      </a>
      <header className="page-head">
        <a href="/" aria-label={`HIVE: ${text("app.toStart")}`}>
          <Logo />
        </a>
        <InterfaceLanguageSelect />
      </header>
      <main id="content" className={narrow ? "page page-narrow" : "page"}>
        {children}
      </main>
    </>
  );
}

export function InterfaceLanguageSelect() {
  const { text, language } = useI18n();
  const [, change] = usePreferences();
  return (
    <LanguageSelect
      compact
      label={text("app.language")}
      value={language}
      offered={INTERFACE_LANGUAGES}
      showsMissing={false}
      remembers={false}
      onChange={(interfaceLanguage) => change({ interfaceLanguage })}
    />
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · HIVE` : "HIVE";
  }, [title]);
}

/** A heading that takes the focus when a view replaces another, so that nobody is left at the page's top. */
export function ViewHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
