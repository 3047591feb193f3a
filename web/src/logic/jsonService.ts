/** Calls to a service that answers JSON, and problems as RFC 9457 has them. */

/** A refusal of the service, or none at all. `code` is one of the service's, or "offline" or "unexpected". */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

const PATIENCE_MS = 15_000;

export interface Sent {
  readonly body?: unknown;
  readonly bearer?: string;
  /** Which trace it is part of, where the service traces. */
  readonly traceparent?: string;
}

export class JsonService {
  constructor(
    private readonly base: string,
    private readonly fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request),
  ) {}

  protected async call<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    const response = await this.send(method, path, sent, PATIENCE_MS);
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response.status, answer);
    if (typeof answer !== "object" || answer === null) throw new ApiError("unexpected", "The answer is not JSON.");
    return answer as T;
  }

  protected async file(path: string, sent: Sent, patienceMs: number): Promise<Blob> {
    const response = await this.send("GET", path, sent, patienceMs);
    if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
    return response.blob();
  }

  private async send(
    method: string,
    path: string,
    { body, bearer, traceparent }: Sent,
    patienceMs: number,
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (bearer) headers["Authorization"] = `Bearer ${bearer}`;
    if (traceparent) headers["traceparent"] = traceparent;
    try {
      return await this.fetch(this.base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
        cache: "no-store",
      });
    } catch (error) {
      // fetch names every failure of the network a TypeError, and a timeout a DOMException
      if (error instanceof TypeError || error instanceof DOMException) throw new ApiError("offline", error.message);
      throw error;
    }
  }
}

/** Reads a problem as RFC 9457 has it, with the service's own `code` in it. */
function refusal(status: number, answer: unknown): ApiError {
  const { code, detail, retry_after_s: wait } = (answer ?? {}) as Record<string, unknown>;
  return new ApiError(
    typeof code === "string" ? code : "unexpected",
    typeof detail === "string" ? detail : `The service answered ${status}.`,
    typeof wait === "number" ? wait : null,
  );
}
