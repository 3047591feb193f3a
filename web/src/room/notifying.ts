/** The system's notifications, for what happens in a meeting while another window is in front. */

const SHOWN_FOR_MS = 30_000;

export type Permission = "granted" | "denied" | "default" | "missing";

export function permission(): Permission {
  return "Notification" in window ? Notification.permission : "missing";
}

/** Asks the person, through their browser. To be called in the moment of a click. */
export async function askPermission(): Promise<Permission> {
  return "Notification" in window ? await Notification.requestPermission() : "missing";
}

/** Tells it, unless the page is in front of them. A later one with the same `tag` replaces it. */
export function notify(title: string, body: string, tag: string): void {
  if (document.visibilityState === "visible" || permission() !== "granted") return;
  try {
    const shown = new Notification(title, { body, tag, icon: "/icon-192.png" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    window.setTimeout(() => shown.close(), SHOWN_FOR_MS);
  } catch (error) {
    // Some phones take notifications from service workers alone.
    if (!(error instanceof TypeError)) throw error;
  }
}
