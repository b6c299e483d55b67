/** How each picked series is asked for and drawn: raw or in windows, by which aggregate, as which shape. */

import type { Shape } from "@/charts/model";
import type { Slot } from "@/charts/palette";

import type { Entry } from "./catalogue";
import type { View } from "./view";
import { everyFor, type Every } from "./windows";

export interface Plan {
  readonly entry: Entry;
  readonly slot: Slot;
  /** Null: raw readings. */
  readonly every: Every | null;
  /** Null: raw readings. */
  readonly aggregate: string | null;
  /** Whether each mean stands between the least and the greatest reading of its window. */
  readonly hasBand: boolean;
  readonly shape: Shape;
}

/** So many bars are still told apart. */
const MOST_BARS = 60;
/** So many raw readings a curve are drawn one by one, a few for each point of the screen. */
const RAW_PER_POINT = 2;

/** @param length of the range, in milliseconds.
 *  @param points how many the chart has room for. */
export function plansOf(
  picked: readonly { entry: Entry; slot: Slot }[],
  view: Pick<View, "resolution" | "aggregate">,
  length: number,
  points: number,
): Plan[] {
  const dense = picked.some(({ entry }) => readingsIn(entry, length) > RAW_PER_POINT * points);
  return picked.map(({ entry, slot }) => {
    if (entry.kind === "counter" && view.aggregate === "auto" && view.resolution !== "raw") {
      const every = view.resolution === "auto" ? everyFor(length, MOST_BARS) : view.resolution;
      return { entry, slot, every, aggregate: "delta", hasBand: false, shape: "bar" };
    }
    const shape = entry.kind === "state" ? "step" : "line";
    if (view.resolution === "raw" || (view.resolution === "auto" && !dense)) {
      return { entry, slot, every: null, aggregate: null, hasBand: false, shape };
    }
    const every = view.resolution === "auto" ? everyFor(length, points) : view.resolution;
    const aggregate = view.aggregate === "auto" ? "mean" : view.aggregate;
    const isMean = aggregate === "mean" || aggregate === "time_weighted_mean";
    return { entry, slot, every, aggregate, hasBand: isMean && entry.kind !== "state", shape };
  });
}

function readingsIn({ interval }: Entry, length: number): number {
  return interval === null ? 1 : length / interval;
}
