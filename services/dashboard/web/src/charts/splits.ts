/** Where the ticks of a time axis stand: on round readings of the house's clock. */

import { DAY, HOUR, MINUTE, SECOND, offsetAt, timeOf, timesOf, wallAt } from "@/format/zones";

export type StepUnit = "s" | "min" | "h" | "d" | "w" | "mo" | "y";

export interface Step {
  readonly count: number;
  readonly unit: StepUnit;
}

const LENGTHS: Record<StepUnit, number> = {
  s: SECOND,
  min: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  mo: 30.44 * DAY,
  y: 365.25 * DAY,
};

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 15, 30].map((count): Step => ({ count, unit: "s" })),
  ...[1, 2, 5, 10, 15, 30].map((count): Step => ({ count, unit: "min" })),
  ...[1, 2, 3, 6, 12].map((count): Step => ({ count, unit: "h" })),
  ...[1, 2, 3].map((count): Step => ({ count, unit: "d" })),
  { count: 1, unit: "w" },
  ...[1, 2, 3, 6].map((count): Step => ({ count, unit: "mo" })),
  ...[1, 2, 5, 10, 20, 50, 100].map((count): Step => ({ count, unit: "y" })),
];

/** The length of a step, a month and a year by their mean. */
export function lengthOf(step: Step): number {
  return step.count * LENGTHS[step.unit];
}

/** The finest step that leaves at most `most` ticks in a range. */
export function stepFor(min: number, max: number, most: number): Step {
  const least = (max - min) / Math.max(most, 1);
  return STEPS.find((step) => lengthOf(step) >= least) ?? { count: 500, unit: "y" };
}

/** The ticks of a step in a range, both ends included. In the hour that autumn repeats, steps to an hour stand twice. */
export function splitsOf(zone: string, min: number, max: number, step: Step): number[] {
  const found: number[] = [];
  // Where the clock is set back within the range, it shows readings that lie beyond those of both ends.
  const margin = offsetAt(zone, min) === offsetAt(zone, max) ? 0 : 2 * HOUR;
  for (const wall of walls(wallAt(zone, min) - margin, wallAt(zone, max) + margin, step)) {
    found.push(...ticksOf(zone, wall, step));
  }
  return [...new Set(found)].filter((time) => time >= min && time <= max).sort((a, b) => a - b);
}

function ticksOf(zone: string, wall: number, step: Step): number[] {
  if (lengthOf(step) > HOUR) {
    // A midnight that a zone leaves out is still where the day begins; an hour that is left out is no tick.
    return isCalendar(step) ? [timeOf(zone, wall)] : timesOf(zone, wall).slice(0, 1);
  }
  return timesOf(zone, wall);
}

function isCalendar({ unit }: Step): boolean {
  return unit !== "s" && unit !== "min" && unit !== "h";
}

/** The round readings of a clock in a range of its readings. */
function* walls(from: number, to: number, step: Step): Generator<number> {
  if (step.unit === "mo" || step.unit === "y") {
    const months = step.unit === "mo" ? step.count : 12 * step.count;
    const date = new Date(from);
    let month = Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months) * months;
    for (let wall = monthStart(month); wall <= to; month += months, wall = monthStart(month)) {
      yield wall;
    }
    return;
  }
  const length = lengthOf(step);
  // The epoch was a Thursday; weeks begin on Mondays.
  const base = step.unit === "w" ? 4 * DAY : 0;
  for (let wall = base + Math.floor((from - base) / length) * length; wall <= to; wall += length) {
    yield wall;
  }
}

function monthStart(month: number): number {
  const start = new Date(0);
  start.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
  return start.getTime();
}
