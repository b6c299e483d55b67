/** Curves from the API's answers, by the path of their series. */

import { api, read, type Schemas } from "@/api/client";
import type { Curve } from "@/charts/gaps";
import { addDays } from "@/format/zones";

import { pathOf, type Entry } from "./catalogue";
import type { Plan } from "./plans";
import { groups, requestsFor } from "./requests";

export type Curves = ReadonlyMap<string, Curve>;

export interface Span {
  readonly start: number;
  /** Null: until now. */
  readonly stop: number | null;
}

/** What a request asks beside the names of the series; also what a link to the same data says. */
export function parametersOf(plan: Plan, span: Span, aggregate = plan.aggregate) {
  return {
    start: new Date(span.start).toISOString(),
    ...(span.stop === null ? {} : { stop: new Date(span.stop).toISOString() }),
    ...(plan.every === null ? {} : { every: plan.every, gap: "skip" as const }),
    ...(aggregate === null ? {} : { aggregate: aggregate as "mean" }),
  };
}

/** Plans that can be asked together: by the same windows and aggregate. */
export function batchesOf(plans: readonly Plan[]): Plan[][] {
  return groups(plans, ({ every, aggregate }) => `${every} ${aggregate}`);
}

/** @param all every series there is, so that no request brings others.
 *  @param aggregate instead of the plans' own.
 *  @throws {ApiError} one of the requests failed: half a picture would look like a whole one. */
export async function fetchCurves(
  plans: readonly Plan[],
  all: readonly Entry[],
  span: Span,
  signal: AbortSignal,
  aggregate?: "min" | "max",
): Promise<Curves> {
  const calls = batchesOf(plans).flatMap((batch) => {
    const [plan] = batch;
    if (plan === undefined) {
      return [];
    }
    const parameters = parametersOf(plan, span, aggregate ?? plan.aggregate);
    return requestsFor(batch.map(({ entry }) => entry), all).map((request) => {
      const query = { ...mutable(request), ...parameters };
      // Described with its other formats, none of which is asked for here.
      return read(api.GET("/v1/readings", { params: { query }, signal })) as Promise<Schemas["ReadingsOut"]>;
    });
  });
  const answers = await Promise.all(calls);
  return new Map(
    answers.flatMap(({ series }) =>
      series.map((one) => [pathOf(one), { time: one.time as number[], value: one.value as (number | null)[] }]),
    ),
  );
}

/** The same lists, as the client's types want them; nobody changes them. */
export function mutable<T extends object>(request: T): { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] } {
  return request as { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };
}

/** Curves with the edges of their bands; where an edge is missing, as when its answer is on the way, there is none. */
export function withBands(curves: Curves, low: Curves, high: Curves): Curves {
  return new Map(
    [...curves].map(([path, curve]) => {
      const [least, greatest] = [low.get(path), high.get(path)];
      const fits = least?.time.length === curve.time.length && greatest?.time.length === curve.time.length;
      return [path, fits ? { ...curve, low: least.value, high: greatest.value } : curve];
    }),
  );
}

/** Curves with what came since: windows replace what there was from their first time on, readings only go on. */
export function grown(curves: Curves, readings: Curves, windows: Curves): Curves {
  if (readings.size === 0 && windows.size === 0) {
    return curves;
  }
  const paths = new Set([...curves.keys(), ...readings.keys(), ...windows.keys()]);
  return new Map(
    [...paths].map((path) => {
      const curve = curves.get(path) ?? { time: [], value: [] };
      const last = curve.time.at(-1) ?? -Infinity;
      const heard = readings.get(path);
      const newer = heard?.time.findIndex((time) => time > last) ?? -1;
      const tail = heard && newer !== -1 ? { time: heard.time.slice(newer), value: heard.value.slice(newer) } : undefined;
      return [path, continued(curve, windows.get(path) ?? tail)];
    }),
  );
}

/** A curve that another goes on with, from its first time on. */
export function continued(curve: Curve, tail: Curve | undefined): Curve {
  const from = tail?.time[0];
  if (tail === undefined || from === undefined) {
    return curve;
  }
  const kept = curve.time.findIndex((time) => time >= from);
  const cut = <T>(values: readonly T[]): readonly T[] => (kept === -1 ? values : values.slice(0, kept));
  const joined = { time: [...cut(curve.time), ...tail.time], value: [...cut(curve.value), ...tail.value] };
  if (curve.low === undefined || curve.high === undefined) {
    return joined;
  }
  return {
    ...joined,
    low: [...cut(curve.low), ...(tail.low ?? tail.value)],
    high: [...cut(curve.high), ...(tail.high ?? tail.value)],
  };
}

/** A curve of another week laid over this one: by the clock, so that breakfast stands on breakfast. */
export function shifted(curve: Curve, zone: string, days: number): Curve {
  return { ...curve, time: curve.time.map((time) => addDays(zone, time, days)) };
}
