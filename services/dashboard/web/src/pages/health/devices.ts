/** Devices by what they sent: how much of it is missing each day, and which of them are silent or stuck. */

import { missingShare } from "@/charts/missing";
import { isoDay } from "@/format/dates";
import { addDays } from "@/format/zones";

export interface Day {
  /** When it began, epoch milliseconds. */
  readonly time: number;
  readonly expected: number;
  readonly actual: number;
}

export interface DeviceRow {
  readonly key: string;
  readonly project: string;
  readonly house: string;
  readonly device: string;
  readonly rooms: readonly string[];
  readonly days: readonly Day[];
  readonly expected: number;
  readonly actual: number;
}

interface Named {
  readonly project: string;
  readonly house: string;
  readonly room: string;
  readonly device: string;
  readonly quantity: string;
}

export interface CompleteSeries extends Named {
  readonly windows: {
    readonly time: readonly (number | string)[];
    readonly expected: readonly (number | null)[];
    readonly actual: readonly number[];
  };
}

interface Counted {
  readonly first: CompleteSeries;
  readonly rooms: Set<string>;
  readonly days: Map<number, { expected: number; actual: number }>;
}

/** A device of a house; its components are one device. */
function deviceKey({ project, house, device }: Pick<Named, "project" | "house" | "device">): string {
  return `${project}/${house}/${nameOf(device)}`;
}

function nameOf(device: string): string {
  return device.split(".")[0] ?? device;
}

/** The first of the last `days` days, as `2026-11-13`: where houses have different dates, counted from the later one. */
export function firstDay(zones: readonly string[], now: number, days: number): string {
  const firsts = (zones.length === 0 ? ["UTC"] : zones).map((zone) => isoDay(addDays(zone, now, 1 - days), zone));
  return firsts.reduce((first, other) => (other > first ? other : first));
}

/** One row a device, the worst first: all its series of a day together. */
export function deviceRows(series: readonly CompleteSeries[]): DeviceRow[] {
  const rows = new Map<string, Counted>();
  for (const one of series) {
    const key = deviceKey(one);
    const row: Counted = rows.get(key) ?? { first: one, rooms: new Set(), days: new Map() };
    rows.set(key, row);
    row.rooms.add(one.room);
    one.windows.time.forEach((at, index) => {
      const time = Number(at);
      const day = row.days.get(time) ?? { expected: 0, actual: 0 };
      // More than expected of one quantity does not make up for another.
      const expected = one.windows.expected[index] ?? 0;
      row.days.set(time, {
        expected: day.expected + expected,
        actual: day.actual + Math.min(one.windows.actual[index] ?? 0, expected),
      });
    });
  }
  return [...rows].map(([key, row]) => rowOf(key, row)).sort(worstFirst);
}

function rowOf(key: string, row: Counted): DeviceRow {
  const days = [...row.days].map(([time, counts]) => ({ time, ...counts })).sort((a, b) => a.time - b.time);
  const sum = (of: (day: Day) => number): number => days.reduce((total, day) => total + of(day), 0);
  return {
    key,
    project: row.first.project,
    house: row.first.house,
    device: nameOf(row.first.device),
    rooms: [...row.rooms].sort(),
    days,
    expected: sum((day) => day.expected),
    actual: sum((day) => day.actual),
  };
}

function worstFirst(a: DeviceRow, b: DeviceRow): number {
  const share = (row: DeviceRow): number => missingShare(row.expected, row.actual) ?? -1;
  return share(b) - share(a) || a.key.localeCompare(b.key);
}

/** More than so many intervals without a reading is silence. */
const SILENT_INTERVALS = 3;
/** A gateway that publishes a little late is not silent. */
const LEAST_SILENCE_MS = 60_000;

export interface Silent {
  readonly key: string;
  readonly project: string;
  readonly house: string;
  readonly room: string;
  readonly device: string;
  /** When its newest reading of all was taken. */
  readonly last: number;
  /** How far apart its readings were, in milliseconds. */
  readonly interval: number;
}

/** Devices none of whose series has sent for more than three of its intervals, the longest silent first. */
export function silentDevices(series: readonly (Named & { last: number; interval: number | null })[], now: number): Silent[] {
  const devices = new Map<string, Silent & { isSilent: boolean }>();
  for (const one of series) {
    if (one.interval === null) {
      continue;
    }
    const isSilent = now - one.last > Math.max(SILENT_INTERVALS * one.interval, LEAST_SILENCE_MS);
    const key = deviceKey(one);
    const known = devices.get(key);
    const isNewer = known === undefined || one.last > known.last;
    devices.set(key, {
      ...(isNewer ? { project: one.project, house: one.house, room: one.room, device: nameOf(one.device), last: one.last } : known),
      key,
      interval: Math.min(one.interval, known?.interval ?? Infinity),
      isSilent: isSilent && (known?.isSilent ?? true),
    });
  }
  return [...devices.values()]
    .filter(({ isSilent }) => isSilent)
    .sort((a, b) => a.last - b.last)
    .map(({ key, project, house, room, device, last, interval }) => ({ key, project, house, room, device, last, interval }));
}

/** Quantities that move all the time where a sensor is well; a power of 0 W all night is no fault. */
export const RESTLESS = ["temperature", "outdoor_temperature", "humidity", "pressure", "co2", "voc"] as const;
/** So many equal readings are no chance. */
const STUCK_READINGS = 30;

export interface Stuck extends Named {
  readonly value: number;
  /** How many readings said the same. */
  readonly readings: number;
}

interface Extremes extends Named {
  readonly value: readonly (number | string | null)[];
}

/** Series whose every reading in all windows had one and the same value. */
export function stuckSeries(low: readonly Extremes[], high: readonly Extremes[], count: readonly Extremes[]): Stuck[] {
  const keyed = (all: readonly Extremes[]): Map<string, number[]> =>
    new Map(all.map((one) => [keyOf(one), one.value.filter((value) => typeof value === "number")]));
  const [highs, counts] = [keyed(high), keyed(count)];
  return low.flatMap((one) => {
    const values = one.value.filter((value) => typeof value === "number");
    const [first] = values;
    const readings = (counts.get(keyOf(one)) ?? []).reduce((sum, value) => sum + value, 0);
    const all = [...values, ...(highs.get(keyOf(one)) ?? [])];
    const isStuck = first !== undefined && readings >= STUCK_READINGS && all.every((value) => value === first);
    const { project, house, room, device, quantity } = one;
    return isStuck ? [{ project, house, room, device, quantity, value: first, readings }] : [];
  });
}

function keyOf({ project, house, room, device, quantity }: Named): string {
  return JSON.stringify([project, house, room, device, quantity]);
}
