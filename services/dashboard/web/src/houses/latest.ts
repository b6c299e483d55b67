/** Newest readings: fetched once, then moved on by what the live stream brings. */
import type { LiveReading } from "@/api/stream";

export interface Newest {
  project: string;
  house: string;
  room: string;
  device: string;
  quantity: string;
  time: number;
  value: number | string;
}

export interface Latest {
  readings: ReadonlyMap<string, Newest>;
  /** How far (ms) the server's clock is ahead of this browser's, as a screen on a wall may have any. */
  ahead: number;
}

export function seriesKey({ project, house, room, device, quantity }: Omit<Newest, "time" | "value">): string {
  return JSON.stringify([project, house, room, device, quantity]);
}

/** What the API answered at a time of this browser's clock. `age`: seconds. */
export function latestOf(answer: readonly (Omit<Newest, "time"> & { time: number | string; age: number })[], now: number): Latest {
  const readings = new Map<string, Newest>();
  for (const { project, house, room, device, quantity, time, value } of answer) {
    const newest = { project, house, room, device, quantity, time: Number(time), value };
    readings.set(seriesKey(newest), newest);
  }
  const [first] = answer;
  return { readings, ahead: first ? Number(first.time) + first.age * 1000 - now : 0 };
}

/** With newer readings in place of older ones; the same object where none is newer. */
export function merged(latest: Latest, heard: readonly LiveReading[]): Latest {
  let readings: Map<string, Newest> | null = null;
  for (const { project, house, room, device, quantity, time, value } of heard) {
    const newest = { project, house, room, device, quantity, time, value };
    const key = seriesKey(newest);
    const before = (readings ?? latest.readings).get(key);
    if (before !== undefined && before.time > time) continue;
    readings ??= new Map(latest.readings);
    readings.set(key, newest);
  }
  return readings === null ? latest : { ...latest, readings };
}
