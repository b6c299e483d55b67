/** When a reading is too old to speak for now. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const INTERVALS = 3;
const LEAST = 90 * SECOND;
const MOST = 3 * HOUR;

export interface Rhythm {
  /** Seconds between readings, on average; null where it is not known. */
  interval: number | null;
  /** gauge, counter or state. */
  kind: string | null;
}

/** How old (ms) a series' newest reading may be. A state is sent when it changes, so it may be as old as a day. */
export function patience({ interval, kind }: Rhythm): number {
  if (kind === "state") return 24 * HOUR;
  if (interval === null) return MOST;
  return Math.min(MOST, Math.max(LEAST, INTERVALS * interval * SECOND));
}

export interface Age { unit: "seconds" | "minutes" | "hours" | "days"; count: number }

/** An age (ms) as one says it; a clock ahead of ours is no age. */
export function ageOf(milliseconds: number): Age {
  const age = Math.max(0, milliseconds);
  if (age < MINUTE) return { unit: "seconds", count: Math.floor(age / SECOND) };
  if (age < HOUR) return { unit: "minutes", count: Math.floor(age / MINUTE) };
  if (age < 48 * HOUR) return { unit: "hours", count: Math.floor(age / HOUR) };
  return { unit: "days", count: Math.floor(age / (24 * HOUR)) };
}
