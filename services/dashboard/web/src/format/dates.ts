/** Times in the zone of the house and the manner of the language. */
import type { Language } from "@/i18n/language";
import { locale } from "@/format/numbers";

const formats = new Map<string, Intl.DateTimeFormat>();

const STYLES = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "numeric" },
  weekday: { weekday: "short", day: "numeric", month: "numeric" },
  date: { day: "numeric", month: "numeric", year: "numeric" },
  moment: { day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateStyle = keyof typeof STYLES;

/** A time (epoch ms) in a zone (IANA name). */
export function formatDate(time: number, style: DateStyle, zone: string, language: Language): string {
  const key = `${language} ${style} ${zone}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale(language), { ...STYLES[style], timeZone: zone });
    formats.set(key, format);
  }
  return format.format(time);
}

/** "Helsinki UTC+2": the place of a zone, and its offset at a time. */
export function formatZone(zone: string, time: number): string {
  const city = (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  return zone === "UTC" ? "UTC" : `${city} ${formatOffset(zone, time)}`;
}

/** "UTC+2" */
export function formatOffset(zone: string, time: number): string {
  const minutes = offsetMinutes(zone, time);
  const hours = Math.trunc(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  const sign = minutes < 0 ? "\u2212" : "+";
  return `UTC${sign}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** Minutes that a zone's clock is ahead of UTC. */
export function offsetMinutes(zone: string, time: number): number {
  const parts = wallClock(zone, time);
  return Math.round((parts - Math.floor(time / 60_000) * 60_000) / 60_000);
}

/** The zone's clock, read as if it were UTC, in whole minutes. */
function wallClock(zone: string, time: number): number {
  const key = `wall ${zone}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    });
    formats.set(key, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(time)) part[type] = Number(value);
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
}

/** The start of the day in a zone, `days` later (epoch ms). */
export function startOfDay(zone: string, time: number, days = 0): number {
  const wall = wallClock(zone, time);
  const midnight = Math.floor(wall / 86_400_000) * 86_400_000 + days * 86_400_000;
  // The offset at midnight may be another than now; the second look settles it.
  const first = midnight - offsetMinutes(zone, time) * 60_000;
  return midnight - offsetMinutes(zone, first) * 60_000;
}

/** The date of a time in a zone: 2026-11-26. */
export function isoDay(time: number, zone: string): string {
  return new Date(wallClock(zone, time)).toISOString().slice(0, 10);
}
