import { lazy, Suspense, useEffect, useState } from "react";
import { Page } from "./components/Page";
import { I18nProvider, useI18n } from "./hooks/useI18n";
import { PreferencesProvider } from "./hooks/usePreferences";
import { Api } from "./logic/api";
import { routeOf, type Route } from "./logic/route";
import { never } from "./logic/store";

const start = () => import("./pages/Start");
const pair = () => import("./pages/Pair");
const visit = () => import("./pages/Visit");
const captions = () => import("./pages/CaptionsPage");
const Start = lazy(async () => ({ default: (await start()).Start }));
const Pair = lazy(async () => ({ default: (await pair()).Pair }));
const Visit = lazy(async () => ({ default: (await visit()).Visit }));
const CaptionsPage = lazy(async () => ({ default: (await captions()).CaptionsPage }));

// On a slow network one thing after the other takes seconds: the page is fetched together with its words.
const PAGES: Readonly<Record<Route["page"], () => Promise<unknown>>> = {
  start,
  pair,
  join: visit,
  captions,
  unknown: () => Promise.resolve(),
};
PAGES[routeOf(window.location).page]().catch(() => undefined); // told where it is needed

const api = new Api();

export function App() {
  const [route, setRoute] = useState(() => routeOf(window.location));

  useEffect(() => {
    const follow = (): void => setRoute(routeOf(window.location));
    window.addEventListener("popstate", follow);
    window.addEventListener("hashchange", follow);
    return () => {
      window.removeEventListener("popstate", follow);
      window.removeEventListener("hashchange", follow);
    };
  }, []);

  return (
    <PreferencesProvider>
      <I18nProvider>
        <Suspense fallback={<Loading />}>
          <Routed route={route} />
        </Suspense>
      </I18nProvider>
    </PreferencesProvider>
  );
}

function Routed({ route }: { route: Route }) {
  switch (route.page) {
    case "start":
      return <Start api={api} />;
    case "pair":
      return <Pair api={api} />;
    case "join":
      return <Visit key={`${route.invitation} ${route.key ?? ""}`} api={api} invitationToken={route.invitation} />;
    case "captions":
      return (
        <CaptionsPage
          key={`${route.invitation} ${route.key ?? ""}`}
          api={api}
          invitationToken={route.invitation}
          options={route.options}
        />
      );
    case "unknown":
      return <Unknown />;
    default:
      return never(route);
  }
}

function Loading() {
  const { text } = useI18n();
  return <p className="loading">{text("app.loading")}</p>;
}

function Unknown() {
  const { text } = useI18n();
  return (
    <Page narrow>
      <h1>{text("app.unknown")}</h1>
      <p>
        <a className="button button-main" href="/">
          {text("app.toStart")}
        </a>
      </p>
    </Page>
  );
}
