import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveStream, SILENCE_MS, type LiveReading, type LiveState } from "@/api/stream";

/** Stands where the browser's EventSource would, and lets the test say what the server does. */
class Line {
  readonly readyState = 1;
  isClosed = false;
  private readonly listeners = new Map<string, (event: Event) => void>();

  constructor(readonly url: string) {}

  addEventListener(name: string, listener: unknown): void {
    this.listeners.set(name, listener as (event: Event) => void);
  }

  close(): void {
    this.isClosed = true;
  }

  say(name: string, data: object = {}, lastEventId = ""): void {
    this.listeners.get(name)?.({ data: JSON.stringify(data), lastEventId } as unknown as Event);
  }
}

const reading: LiveReading = { project: "p", house: "h", room: "r", device: "d", quantity: "co2", unit: "[ppm]", time: 1, value: 640 };
let lines: Line[];
let states: LiveState["kind"][];
let gaps: number;
let heard: LiveReading[];
let stream: LiveStream;

function line(): Line {
  const last = lines.at(-1);
  if (!last) throw new Error("no line was opened");
  return last;
}

beforeEach(() => {
  vi.useFakeTimers();
  [lines, states, gaps, heard] = [[], [], 0, []];
  stream = new LiveStream(
    "/live?project=p",
    { onReadings: (readings) => heard.push(...readings), onGap: () => (gaps += 1), onState: (state) => states.push(state.kind) },
    (url) => {
      const made = new Line(url);
      lines.push(made);
      return made;
    },
  );
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

test("readings are handed on as they come", () => {
  line().say("readings", { readings: [reading] }, "7");
  expect(heard).toEqual([reading]);
  expect(states).toEqual(["live"]);
});

test("a line without heartbeat is lost after fifteen seconds, and begun again where it was left", () => {
  line().say("readings", { readings: [reading] }, "7");
  vi.advanceTimersByTime(SILENCE_MS - 1);
  expect(states).toEqual(["live"]);
  vi.advanceTimersByTime(1);
  expect(states).toEqual(["live", "lost"]);
  expect(line().isClosed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(line().url).toBe("/live?project=p&last_event_id=7");
  line().say("heartbeat");
  expect(states).toEqual(["live", "lost", "live"]);
  expect(gaps).toBe(0);
});

test("heartbeats keep a line alive", () => {
  for (let n = 0; n < 10; n += 1) {
    line().say("heartbeat");
    vi.advanceTimersByTime(5000);
  }
  expect(lines).toHaveLength(1);
});

test("a line that was lost before it said where it stands leaves a gap", () => {
  line().say("heartbeat");
  line().say("error");
  vi.advanceTimersByTime(1000);
  line().say("heartbeat");
  expect(gaps).toBe(1);
});

test("what the server can no longer send is a gap", () => {
  line().say("missed", { detail: "too old" });
  expect(gaps).toBe(1);
});

test("a server that stays away is asked ever more seldom, at last twice a minute", () => {
  const waits: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    line().say("error");
    const before = lines.length;
    let waited = 0;
    while (lines.length === before) {
      vi.advanceTimersByTime(500);
      waited += 500;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("a closed stream opens no line any more", () => {
  line().say("error");
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
});
