import bundle from "redoc/bundles/redoc.standalone.js?url";

declare global {
  interface Window {
    /** What the bundle leaves behind: it is no module, and cannot be made one. */
    Redoc?: { init(url: string, options: Readonly<Record<string, boolean>>, element: Element): void };
  }
}

const script = document.createElement("script");
script.src = bundle;
script.onload = () => {
  const element = document.getElementById("api");
  if (element) window.Redoc?.init("/openapi.json", { hideLoading: true, disableSearch: true }, element);
};
document.head.append(script);
