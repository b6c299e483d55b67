/** What stands below the ticks of a time axis, by the house's clock and in the reader's language. */

import { DAY, HOUR, MINUTE, hoursOfDay, isRepeated, offsetName, startOfDay } from "@/format/zones";

import { lengthOf, type Step } from "./splits";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(tag: string, zone: string, options: Intl.DateTimeFormatOptions, time: number): string {
  const key = `${tag} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(tag, { timeZone: zone, ...options });
    formats.set(key, found);
  }
  return found.format(time);
}

function isFinnish(tag: string): boolean {
  return tag.startsWith("fi");
}

/** One label a tick, with a second line where the day, or for longer steps the year, begins. */
export function tickLabels(ticks: readonly number[], step: Step, zone: string, tag: string): string[] {
  return ticks.map((time, index) => {
    const before = ticks[index - 1];
    return lengthOf(step) < DAY
      ? clockLabel(time, before, step, zone, tag)
      : dateLabel(time, before, step, zone, tag);
  });
}

/** The clock's reading, with its offset where it shows the same twice. */
export function clockText(time: number, zone: string, tag: string, seconds = false): string {
  const hour = isFinnish(tag) ? "numeric" : "2-digit";
  const options: Intl.DateTimeFormatOptions = { hour, minute: "2-digit", hourCycle: "h23" };
  const text = format(tag, zone, seconds ? { ...options, second: "2-digit" } : options, time);
  return isRepeated(zone, time) ? `${text} ${offsetName(zone, time)}` : text;
}

/** Day and month, with the weekday where it helps: `su 25.10.`, `Sun 25 Oct`. */
export function dayText(time: number, zone: string, tag: string, weekday = true): string {
  const month = isFinnish(tag) ? "numeric" : "short";
  const day = format(tag, zone, { day: "numeric", month }, time);
  return weekday ? `${format(tag, zone, { weekday: "short" }, time)} ${day}` : day;
}

/** A day with its length where it is not 24 hours: `25.10. (25 h)`. */
function dayWithHours(time: number, zone: string, tag: string, weekday: boolean): string {
  const hours = hoursOfDay(zone, time);
  const text = dayText(time, zone, tag, weekday);
  return hours === 24 ? text : `${text} (${hours} h)`;
}

function clockLabel(time: number, before: number | undefined, step: Step, zone: string, tag: string): string {
  const text = clockText(time, zone, tag, lengthOf(step) < MINUTE);
  const isNewDay = before === undefined || startOfDay(zone, before) !== startOfDay(zone, time);
  return isNewDay ? `${text}\n${dayWithHours(time, zone, tag, true)}` : text;
}

function dateLabel(time: number, before: number | undefined, step: Step, zone: string, tag: string): string {
  if (step.unit === "y") {
    return yearText(time, zone);
  }
  const isMonths = step.unit === "mo";
  // The length concerns a day that has a tick of its own.
  const isDaily = lengthOf(step) === DAY;
  const text = isMonths
    ? format(tag, zone, { month: "short" }, time)
    : isDaily
      ? dayWithHours(time, zone, tag, false)
      : dayText(time, zone, tag, false);
  const isNewYear = before === undefined || yearText(before, zone) !== yearText(time, zone);
  if (isNewYear) {
    return `${text}\n${yearText(time, zone)}`;
  }
  return isDaily ? `${text}\n${format(tag, zone, { weekday: "short" }, time)}` : text;
}

function yearText(time: number, zone: string): string {
  return format("en-GB", zone, { year: "numeric" }, time);
}

/** A time in full, as readouts name it: `su 25.10. 3.30 UTC+3`. */
export function momentText(time: number, zone: string, tag: string, seconds = false): string {
  return `${dayText(time, zone, tag)} ${clockText(time, zone, tag, seconds)}`;
}

/** A span of time as short as it can be named: on one day the date stands once, in this year the year not at all. */
export function spanText(start: number, stop: number, zone: string, tag: string, now = Date.now()): string {
  const isThisYear = [start, stop].every((time) => yearText(time, zone) === yearText(now, zone));
  const full = (time: number): string => (isThisYear ? momentText(time, zone, tag) : datedText(time, zone, tag));
  const isOneDay = startOfDay(zone, start) === startOfDay(zone, stop);
  return `${full(start)}–${isOneDay ? clockText(stop, zone, tag) : full(stop)}`;
}

/** A span for where there is little room: the clock alone on one day, else the days. */
export function briefSpanText(start: number, stop: number, zone: string, tag: string): string {
  const isOneDay = startOfDay(zone, start) === startOfDay(zone, stop);
  const name = (time: number): string => (isOneDay ? clockText(time, zone, tag) : dayText(time, zone, tag, false));
  return `${name(start)}–${name(stop)}`;
}

/** A moment with its year: `26.11.2025 14.05`. */
function datedText(time: number, zone: string, tag: string): string {
  const month = isFinnish(tag) ? "numeric" : "short";
  return `${format(tag, zone, { day: "numeric", month, year: "numeric" }, time)} ${clockText(time, zone, tag)}`;
}

/** How long something lasted, in its two largest units: `2 h 15 min`, `3 d 4 h`. */
export function durationText(length: number): string {
  const minutes = Math.round(length / MINUTE);
  const days = Math.floor(minutes / (DAY / MINUTE));
  const hours = Math.floor((minutes % (DAY / MINUTE)) / (HOUR / MINUTE));
  if (days > 0) {
    return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  }
  const rest = minutes % 60;
  if (hours > 0) {
    return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  }
  return minutes > 0 ? `${minutes} min` : `${Math.round(length / 1000)} s`;
}
