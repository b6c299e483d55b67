/** Curves of a panel as uPlot takes them: one column of times, and for each curve its line and the edges of its band. */

import uPlot from "uplot";

import type { Broken } from "./gaps";

/** `uPlot.JoinNullMode.Expand`: a break stays a break where other curves have times in it. */
const EXPAND = 2;
/** Line, low and high edge. */
export const COLUMNS_PER_CURVE = 3;

export type Column = (number | null | undefined)[];

/** The columns of the curves, in their order; low and high are empty where a curve has no band. */
export function columnsOf(curves: readonly Broken[]): uPlot.AlignedData {
  if (curves.length === 0) {
    return [[]];
  }
  const tables = curves.map((curve) => {
    const none = (): null[] => curve.time.map(() => null);
    const [low, high] = curve.low.length > 0 ? [[...curve.low], [...curve.high]] : [none(), none()];
    return [[...curve.time], [...curve.value], low, high] as uPlot.AlignedData;
  });
  return uPlot.join(
    tables,
    tables.map((table) => table.map(() => EXPAND)),
  );
}

/** Where the line of a curve stands among uPlot's series; the first of them are the times. */
export function lineOf(curve: number): number {
  return 1 + curve * COLUMNS_PER_CURVE;
}

/** The curve that one of uPlot's series belongs to. */
export function curveOf(series: number): number {
  return Math.floor((series - 1) / COLUMNS_PER_CURVE);
}

/** The index of the value nearest to a time, or null where there is none. */
export function nearest(times: ArrayLike<number>, values: ArrayLike<unknown>, time: number): number | null {
  const start = lowerBound(times, time);
  let before = start - 1;
  let after = start;
  while (before >= 0 && typeof values[before] !== "number") {
    before -= 1;
  }
  while (after < times.length && typeof values[after] !== "number") {
    after += 1;
  }
  if (before < 0) {
    return after < times.length ? after : null;
  }
  if (after >= times.length) {
    return before;
  }
  return time - (times[before] ?? 0) <= (times[after] ?? 0) - time ? before : after;
}

/** The index of the first time that is not before another. */
export function lowerBound(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
