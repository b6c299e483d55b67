/** The last day of every house in numbers: its curve, its extremes since midnight, its energy. */
import type { ReadingsSeries } from "@/api/readings";
import { seriesKey } from "@/houses/latest";

type Series = Pick<ReadingsSeries, "project" | "house" | "room" | "device" | "quantity" | "time" | "value">;

export interface Curve {
  time: number[];
  /** null: a window without a value. */
  value: (number | null)[];
}

export interface Extremes {
  low: number;
  high: number;
}

export function houseKey(project: string, house: string): string {
  return JSON.stringify([project, house]);
}

/** One curve a house: at each time the mean of its rooms. */
export function houseCurves(series: readonly Series[]): Map<string, Curve> {
  const sums = new Map<string, Map<number, { sum: number; count: number }>>();
  for (const { project, house, time, value } of series) {
    const key = houseKey(project, house);
    const times = sums.get(key) ?? new Map<number, { sum: number; count: number }>();
    sums.set(key, times);
    time.forEach((at, index) => {
      const one = times.get(Number(at)) ?? { sum: 0, count: 0 };
      const found = value[index];
      if (typeof found === "number") {
        one.sum += found;
        one.count += 1;
      }
      times.set(Number(at), one);
    });
  }
  return new Map([...sums].map(([key, times]) => [key, curveOf(times)]));
}

function curveOf(times: ReadonlyMap<number, { sum: number; count: number }>): Curve {
  const ascending = [...times].sort(([a], [b]) => a - b);
  // The newest window has just begun where some rooms are silent in it: without them its mean would leap.
  const [before, newest] = ascending.slice(-2);
  const whole = before && newest && newest[1].count < before[1].count ? ascending.slice(0, -1) : ascending;
  return {
    time: whole.map(([time]) => time),
    value: whole.map(([, { sum, count }]) => (count > 0 ? sum / count : null)),
  };
}

/** The least and greatest value of each house in the last window, the day that it is there. */
export function houseExtremes(lows: readonly Series[], highs: readonly Series[]): Map<string, Extremes> {
  const extremes = new Map<string, Extremes>();
  for (const { project, house, value } of [...lows, ...highs]) {
    const key = houseKey(project, house);
    const one = value.at(-1);
    if (typeof one !== "number") continue;
    const before = extremes.get(key) ?? { low: one, high: one };
    extremes.set(key, { low: Math.min(before.low, one), high: Math.max(before.high, one) });
  }
  return extremes;
}

/** What each meter counted in the last window, by `seriesKey`. */
export function counted(series: readonly Series[]): Map<string, number> {
  return new Map(series.map((one) => [seriesKey(one), Number(one.value.at(-1) ?? 0)]));
}
