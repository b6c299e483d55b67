/** The windows that the API knows, and which of them fits a range. */

import { addDays, DAY, HOUR, MINUTE, SECOND, timeOf, wallAt } from "@/format/zones";

export const EVERY = [
  "1s", "5s", "10s", "30s",
  "1m", "2m", "5m", "10m", "15m", "30m",
  "1h", "2h", "3h", "4h", "6h", "12h",
  "1d", "1w", "1mo", "1y",
] as const;
export type Every = (typeof EVERY)[number];

export const AGGREGATES = ["mean", "time_weighted_mean", "median", "min", "max"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

const LENGTHS: Record<string, number> = {
  s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, mo: 30.44 * DAY, y: 365.25 * DAY,
};

function parts(every: Every): { count: number; unit: string } {
  const unit = every.replace(/^\d+/, "");
  return { count: Number.parseInt(every, 10), unit };
}

/** The length of a window in milliseconds, a month and a year by their mean. */
export function lengthOf(every: Every): number {
  const { count, unit } = parts(every);
  return count * (LENGTHS[unit] ?? 0);
}

/** Windows of some hours cut the day where its curve rises; what is longer than three takes the whole day. */
const BY_ITSELF = EVERY.filter((every) => !["4h", "6h", "12h"].includes(every));

/** The shortest windows of which at most `most` make up a range. */
export function everyFor(length: number, most: number): Every {
  return BY_ITSELF.find((every) => length / lengthOf(every) <= most) ?? "1y";
}

/** When the window that holds a time began, by the clock of the zone. */
export function windowStart(every: Every, time: number, zone: string): number {
  const { count, unit } = parts(every);
  if (unit === "mo" || unit === "y") {
    const date = new Date(wallAt(zone, time));
    return timeOf(zone, Date.UTC(date.getUTCFullYear(), unit === "mo" ? date.getUTCMonth() : 0, 1));
  }
  const length = lengthOf(every);
  if (length <= HOUR) {
    // These pass evenly, whatever the clock does.
    return Math.floor(time / length) * length;
  }
  // Weeks begin on Mondays; the epoch was a Thursday.
  const base = unit === "w" ? 4 * DAY : 0;
  const wall = wallAt(zone, time);
  const start = timeOf(zone, base + Math.floor((wall - base) / length) * length);
  // In the hour that autumn repeats the clock shows the window's start twice; a window begins at the first.
  return start <= time ? start : windowStart(every, time - count * HOUR, zone);
}

/** When the window that begins at a time ends. */
export function windowEnd(every: Every, start: number, zone: string): number {
  const { count, unit } = parts(every);
  const wall = new Date(wallAt(zone, start));
  switch (unit) {
    case "y":
      return timeOf(zone, Date.UTC(wall.getUTCFullYear() + count, 0, 1));
    case "mo":
      return timeOf(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + count, 1));
    case "w":
      return addDays(zone, start, 7 * count);
    case "d":
      return addDays(zone, start, count);
    default:
      return lengthOf(every) <= HOUR ? start + lengthOf(every) : timeOf(zone, wallAt(zone, start) + lengthOf(every));
  }
}

/** The longest of some windows; null where there is none. */
export function longestOf(some: readonly (Every | null)[]): Every | null {
  const known = some.filter((every) => every !== null);
  return known.length === 0 ? null : known.reduce((a, b) => (lengthOf(a) >= lengthOf(b) ? a : b));
}
