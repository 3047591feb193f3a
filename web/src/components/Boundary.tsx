import { Component, type ReactNode } from "react";

interface BoundaryProps {
  readonly children: ReactNode;
  /** What stands there instead of a part that failed; `again` builds the part anew. */
  readonly fallback: (again: () => void) => ReactNode;
}

/** Keeps what fails while it is drawn from taking everything around it away. */
export class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error("a part of the page failed", error);
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback(this.again) : this.props.children;
  }

  private readonly again = (): void => this.setState({ failed: false });
}

/** The last resort: says that the page failed. In English, for the words themselves may be what is missing. */
export function PageBoundary({ children }: { children: ReactNode }) {
  return <Boundary fallback={() => <PageFailed />}>{children}</Boundary>;
}

function PageFailed() {
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
