/** What the clock of a house's zone shows at a time, and at which times it shows that; times are epoch milliseconds. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let found = clocks.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, found);
  }
  return found;
}

// Offsets change at quarters of an hour, and asking Intl takes longer than drawing a tick.
const QUARTER = 15 * MINUTE;
const MOST_KEPT = 50_000;
const kept = new Map<string, number>();

/** How far the zone's clock is ahead of UTC at a time, in milliseconds. */
export function offsetAt(zone: string, time: number): number {
  const quarter = Math.floor(time / QUARTER);
  const key = `${zone} ${quarter}`;
  let offset = kept.get(key);
  if (offset === undefined) {
    offset = readOffset(zone, quarter * QUARTER);
    if (kept.size >= MOST_KEPT) {
      kept.clear();
    }
    kept.set(key, offset);
  }
  return offset;
}

function readOffset(zone: string, whole: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of clock(zone).formatToParts(whole)) {
    part[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** The clock's reading at a time, written as the epoch milliseconds at which a UTC clock shows the same. */
export function wallAt(zone: string, time: number): number {
  return time + offsetAt(zone, time);
}

/** The times at which the clock shows `wall`: none in the hour that spring leaves out, two in the one autumn repeats. */
export function timesOf(zone: string, wall: number): number[] {
  const offsets = new Set([offsetAt(zone, wall - DAY), offsetAt(zone, wall + DAY)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((time) => wallAt(zone, time) === wall)
    .sort((a, b) => a - b);
}

/** The first time at which the clock shows `wall` or, where it never does, the time as far behind the jump. */
export function timeOf(zone: string, wall: number): number {
  return timesOf(zone, wall)[0] ?? wall - offsetAt(zone, wall - DAY);
}

/** When the local day of a time began. */
export function startOfDay(zone: string, time: number): number {
  return timeOf(zone, Math.floor(wallAt(zone, time) / DAY) * DAY);
}

/** The time at which the clock shows the same as at `time`, some days later or (negative) earlier. */
export function addDays(zone: string, time: number, days: number): number {
  return timeOf(zone, wallAt(zone, time) + days * DAY);
}

/** How many hours the local day that holds a time has: 23 or 25 where the clock changes, else 24. */
export function hoursOfDay(zone: string, time: number): number {
  const start = startOfDay(zone, time);
  return (startOfDay(zone, addDays(zone, start, 1)) - start) / HOUR;
}

/** Whether the clock shows the same twice, so that a reading of it needs its offset. */
export function isRepeated(zone: string, time: number): boolean {
  return timesOf(zone, wallAt(zone, time)).length > 1;
}

/** The offset at a time as people write it: `UTC+3`, `UTC+5:30`, `UTC−3`. */
export function offsetName(zone: string, time: number): string {
  const offset = offsetAt(zone, time);
  const minutes = Math.abs(offset / MINUTE);
  const rest = minutes % 60;
  const sign = offset < 0 ? "−" : "+";
  return `UTC${sign}${Math.floor(minutes / 60)}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
