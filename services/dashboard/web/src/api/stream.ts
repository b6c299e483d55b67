/** Readings as they are written: one stream of events, watched, and begun again where it was left. */

export interface LiveReading {
  project: string;
  house: string;
  room: string;
  device: string;
  quantity: string;
  unit: string | null;
  time: number;
  value: number | string;
}

/** `since`: when it was lost (epoch ms). */
export type LiveState = { kind: "connecting" } | { kind: "live" } | { kind: "lost"; since: number };

export interface LiveHandlers {
  onReadings: (readings: readonly LiveReading[]) => void;
  /** Readings were missed, so that what is shown must be fetched again. */
  onGap: () => void;
  onState: (state: LiveState) => void;
}

/** No heartbeat for so long: the line is dead, whatever the browser believes. */
export const SILENCE_MS = 15_000;
const SLOWEST_RETRY_MS = 30_000;
const FIRST_RETRY_MS = 1_000;

type Source = Pick<EventSource, "addEventListener" | "close" | "readyState">;

export class LiveStream {
  private source: Source | null = null;
  private lastId: string | null = null;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private state: LiveState = { kind: "connecting" };
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly handlers: LiveHandlers,
    private readonly open: (url: string) => Source = (address) => new EventSource(address),
  ) {
    this.connect();
  }

  close(): void {
    this.closed = true;
    this.drop();
    clearTimeout(this.retry);
  }

  private connect(): void {
    const joint = this.url.includes("?") ? "&" : "?";
    const source = this.open(this.lastId === null ? this.url : `${this.url}${joint}last_event_id=${encodeURIComponent(this.lastId)}`);
    this.source = source;
    source.addEventListener("readings", (event) => {
      this.heard(event);
      this.handlers.onReadings((JSON.parse((event as MessageEvent<string>).data) as { readings: LiveReading[] }).readings);
    });
    source.addEventListener("heartbeat", (event) => this.heard(event));
    source.addEventListener("missed", (event) => {
      this.heard(event);
      this.handlers.onGap();
    });
    // The browser's own way back does not know that a line is dead, nor does it try again after an error's status.
    source.addEventListener("error", () => this.lose());
    this.watch();
  }

  private heard(event: Event): void {
    const { lastEventId } = event as MessageEvent<string>;
    if (lastEventId) this.lastId = lastEventId;
    const wasLost = this.state.kind === "lost";
    this.failures = 0;
    this.become({ kind: "live" });
    this.watch();
    // Without a place to go on from, what came meanwhile is in the store only.
    if (wasLost && this.lastId === null) this.handlers.onGap();
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lose(), SILENCE_MS);
  }

  private lose(): void {
    if (this.closed) return;
    this.drop();
    if (this.state.kind !== "lost") this.become({ kind: "lost", since: Date.now() });
    const delay = Math.min(SLOWEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private drop(): void {
    clearTimeout(this.watchdog);
    this.source?.close();
    this.source = null;
  }

  private become(state: LiveState): void {
    if (this.state.kind === state.kind) return;
    this.state = state;
    this.handlers.onState(state);
  }
}
