/** Times in the zone of the house and the manner of the language. */
import type { Language } from "@/i18n/language";
import { locale } from "@/format/numbers";
import { offsetName, wallAt } from "@/format/zones";

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
  return zone === "UTC" ? "UTC" : `${city} ${offsetName(zone, time)}`;
}

/** The date of a time in a zone: 2026-11-26. */
export function isoDay(time: number, zone: string): string {
  return new Date(wallAt(zone, time)).toISOString().slice(0, 10);
}
