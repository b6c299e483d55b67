/** The page's live stream: at most one, because a browser opens only six connections to a server. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { queryClient } from "@/api/query";
import { LiveStream, type LiveReading, type LiveState } from "@/api/stream";

/** What to hear of; empty lists mean all. */
export interface LiveFilter {
  project?: readonly string[];
  house?: readonly string[];
  quantity?: readonly string[];
}

const listeners = new Set<() => void>();
let current: LiveState | null = null;

function show(state: LiveState | null): void {
  current = state;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How the page's stream is; null where the page has none. */
export function useLiveState(): LiveState | null {
  return useSyncExternalStore(subscribe, () => current);
}

interface Listener {
  onReadings: (readings: readonly LiveReading[]) => void;
  onLive: () => void;
}

/** The streams that are open, each with those who listen. */
const lines = new Map<string, { stream: LiveStream; listeners: Set<Listener> }>();

/** Listen to a stream, which is opened for the first and closed after the last; what it returns ends it. */
function listen(url: string, listener: Listener): () => void {
  const line = lines.get(url) ?? opened(url);
  line.listeners.add(listener);
  if (current?.kind === "live") listener.onLive();
  return () => {
    line.listeners.delete(listener);
    if (line.listeners.size > 0) return;
    lines.delete(url);
    line.stream.close();
    show(null);
  };
}

function opened(url: string) {
  const all = new Set<Listener>();
  show({ kind: "connecting" });
  const stream = new LiveStream(url, {
    onReadings: (readings) => all.forEach((one) => one.onReadings(readings)),
    // Fetch what was missed; nothing is drawn anew but the hole.
    onGap: () => void queryClient.invalidateQueries(),
    onState: (state) => {
      show(state);
      if (state.kind === "live") all.forEach((one) => one.onLive());
    },
  });
  const line = { stream, listeners: all };
  lines.set(url, line);
  return line;
}

/** Hear of readings within a second of their writing; null hears nothing (paused, or not known yet of what).
 *  What came while nothing was heard is fetched as soon as the stream is there again.
 *  Those who ask for the same hear the same stream. */
export function useLive(filter: LiveFilter | null, onReadings: (readings: readonly LiveReading[]) => void): void {
  const heard = useRef(onReadings);
  const wasDeaf = useRef(false);
  useEffect(() => {
    heard.current = onReadings;
  });
  const url = filter === null ? null : liveUrl(filter);
  useEffect(() => {
    if (url === null) {
      wasDeaf.current = true;
      return undefined;
    }
    return listen(url, {
      onReadings: (readings) => heard.current(readings),
      onLive: () => {
        if (!wasDeaf.current) return;
        wasDeaf.current = false;
        void queryClient.invalidateQueries();
      },
    });
  }, [url]);
}

function liveUrl(filter: LiveFilter): string {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(filter) as [string, readonly string[] | undefined][]) {
    values?.forEach((value) => query.append(name, value));
  }
  const text = query.toString();
  return text ? `/api/v1/live?${text}` : "/api/v1/live";
}
