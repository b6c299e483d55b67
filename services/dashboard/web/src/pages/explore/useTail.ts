/** What came live since the curves were fetched: readings as they come, running windows asked anew. */

import { useEffect, useRef, useState } from "react";

import { useLive, type LiveFilter } from "@/api/live";
import type { LiveReading } from "@/api/stream";
import type { Curve } from "@/charts/gaps";

import { pathOf, type Entry } from "./catalogue";
import { fetchCurves, withBands, type Curves } from "./curves";
import type { Plan } from "./plans";
import { groups } from "./requests";
import { windowStart } from "./windows";

/** Running windows are asked for at most so often. */
const WINDOWS_EVERY_MS = 1_000;
const NOTHING: Curves = new Map();

export interface Tail {
  /** Readings that came since, of series that are drawn reading by reading. */
  readonly readings: Curves;
  /** Windows that have filled since, of the others. */
  readonly windows: Curves;
  /** How many readings came. */
  readonly count: number;
}

const NO_TAIL: Tail = { readings: NOTHING, windows: NOTHING, count: 0 };

/** Something that belongs to one question, and is nothing to the next. */
interface Keyed<T> {
  readonly key: string;
  readonly value: T;
}

export interface Continued {
  /** Of the question that the tail continues. */
  readonly key: string;
  /** When it was answered: an answer has newer windows than what was asked before it. */
  readonly fetchedAt: number;
  readonly plans: readonly Plan[];
  readonly all: readonly Entry[];
  /** Whether the view's right edge is now; a view of the past only counts what came. */
  readonly isFollowing: boolean;
  /** What the page's live stream tells of; null while nothing is to be heard. */
  readonly heard: LiveFilter | null;
}

export function useTail({ key, fetchedAt, plans, all, isFollowing, heard: filter }: Continued): Tail {
  const [heard, setHeard] = useState<Keyed<Pick<Tail, "readings" | "count">>>({ key, value: NO_TAIL });
  const [filled, setFilled] = useState<Keyed<Curves>>({ key, value: NOTHING });
  const hasNews = useRef(false);
  const wanted = new Map(plans.map((plan) => [plan.entry.path, plan]));
  const windowKey = `${key} ${fetchedAt}`;

  useLive(filter, (readings) => {
    const mine = readings.filter((reading) => typeof reading.value === "number" && wanted.has(pathOf(reading)));
    if (mine.length === 0) {
      return;
    }
    hasNews.current = true;
    const raw = mine.filter((reading) => isFollowing && wanted.get(pathOf(reading))?.every === null);
    setHeard((before) => {
      const { readings: had, count } = before.key === key ? before.value : NO_TAIL;
      return { key, value: { readings: appended(had, raw), count: count + mine.length } };
    });
  });

  const windowed = isFollowing ? plans.filter(({ every }) => every !== null) : [];
  const hasWindows = windowed.length > 0;
  const ask = useRef<() => void>(() => undefined);
  useEffect(() => {
    ask.current = () => {
      hasNews.current = false;
      runningWindows(windowed, all)
        .then((value) => setFilled({ key: windowKey, value }))
        // The next reading asks again; the curves' own question says what is wrong.
        .catch(() => undefined);
    };
  });
  useEffect(() => {
    if (!hasWindows) {
      return undefined;
    }
    const timer = setInterval(() => {
      if (hasNews.current) {
        ask.current();
      }
    }, WINDOWS_EVERY_MS);
    return () => clearInterval(timer);
  }, [hasWindows]);

  const { readings, count } = heard.key === key ? heard.value : NO_TAIL;
  return { readings, count, windows: filled.key === windowKey ? filled.value : NOTHING };
}

function appended(curves: Curves, readings: readonly LiveReading[]): Curves {
  if (readings.length === 0) {
    return curves;
  }
  const found = new Map(curves);
  for (const reading of readings) {
    const path = pathOf(reading);
    const curve: Curve = found.get(path) ?? { time: [], value: [] };
    // What comes late belongs into the past, where the next answer has it.
    if (reading.time > (curve.time.at(-1) ?? -Infinity) && typeof reading.value === "number") {
      found.set(path, { time: [...curve.time, reading.time], value: [...curve.value, reading.value] });
    }
  }
  return found;
}

/** The running window of each series and the one before it, which late readings may still change. */
async function runningWindows(plans: readonly Plan[], all: readonly Entry[]): Promise<Curves> {
  const now = Date.now();
  const alike = groups(plans, ({ every, entry }) => `${every} ${entry.zone}`);
  const found = await Promise.all(alike.map((group) => recentWindows(group, all, now)));
  return new Map(found.flatMap((curves) => [...curves]));
}

async function recentWindows(plans: readonly Plan[], all: readonly Entry[], now: number): Promise<Curves> {
  const [plan] = plans;
  if (plan?.every == null) {
    return NOTHING;
  }
  const { zone } = plan.entry;
  const current = windowStart(plan.every, now, zone);
  const span = { start: windowStart(plan.every, current - 1, zone), stop: null };
  const { signal } = new AbortController();
  const banded = plans.filter(({ hasBand }) => hasBand);
  const [line, low, high] = await Promise.all([
    fetchCurves(plans, all, span, signal),
    fetchCurves(banded, all, span, signal, "min"),
    fetchCurves(banded, all, span, signal, "max"),
  ]);
  return withBands(line, low, high);
}
