import { Component, type ReactNode } from "react";

/** The last resort: says that the page failed. In English, for the words themselves may be what is missing. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error("the page failed", error);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="page page-narrow">
        <h1>Something on this page failed.</h1>
        <p>Loading it again usually helps.</p>
        <button type="button" className="button button-main" onClick={() => window.location.reload()}>
          Load again
        </button>
      </main>
    );
  }
}
