/** How far apart readings stand, for the gap rule: as the API learned it, else as the curve itself shows. */

import { useMemo } from "react";

import { api, read } from "@/api/client";
import { useAsk } from "@/api/query";
import { DAY } from "@/format/zones";

import { pathOf, type Entry } from "./catalogue";
import { mutable } from "./curves";
import type { Plan } from "./plans";
import { requestsFor } from "./requests";

/** Of what is shown only the last days are looked at: a year takes long, and a sensor rarely changes its pace. */
const LEARNED_DAYS = 14;

export type Intervals = ReadonlyMap<string, number>;

/** @param stop of the range, epoch milliseconds.
 *  @param isReady whether the curves are there, which are asked first. */
export function useIntervals(plans: readonly Plan[], all: readonly Entry[], stop: number, isReady: boolean): Intervals {
  const entries = plans.map(({ entry }) => entry);
  const last = Math.min(Math.max(...entries.map((entry) => entry.last)), stop);
  const end = Math.ceil(last / DAY) * DAY;
  const key = entries.length === 0 || !isReady ? null : JSON.stringify([entries.map(({ path }) => path).sort(), end]);
  const asked = useAsk(["intervals", key], async (signal) => {
    const [start, until] = [end - LEARNED_DAYS * DAY, end].map((time) => new Date(time).toISOString());
    const answers = await Promise.all(
      requestsFor(entries, all).map((request) => {
        const query = { ...mutable(request), start: start ?? "", stop: until ?? "", every: "1d", gaps: 0 };
        return read(api.GET("/v1/completeness", { params: { query }, signal }));
      }),
    );
    return answers.flatMap(({ series }) => series);
  });
  const { data } = asked;
  return useMemo(
    () => new Map((data ?? []).flatMap((one) => (one.interval_ms === null ? [] : [[pathOf(one), one.interval_ms] as const]))),
    [data],
  );
}

/** The median distance of times; null where there are too few to tell. */
export function medianDistance(times: readonly number[]): number | null {
  const distances = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .sort((a, b) => a - b);
  return distances.length < 3 ? null : (distances[Math.floor(distances.length / 2)] ?? null);
}
