/** The houses as they are now, live. */
import { useMemo } from "react";
import { api, read, type Schemas } from "@/api/client";
import { readReadings } from "@/api/readings";
import { useLive } from "@/api/live";
import { queryClient, useAsk, useNow, type Asked } from "@/api/query";
import type { LiveReading } from "@/api/stream";
import { assemble, type Known } from "@/houses/assemble";
import { counted, houseCurves, houseExtremes, type Curve, type Extremes } from "@/houses/day";
import { isoDay } from "@/format/dates";
import { latestOf, merged, seriesKey, type Latest } from "@/houses/latest";
import type { HouseNow } from "@/houses/model";

type Series = Schemas["SeriesOut"];

const MINUTE = 60_000;
/** Ages, and so what counts as old, are looked at so often. */
const AGEING = 5_000;

export interface Selection {
  project?: string[];
  house?: string[];
}

export interface Houses {
  /** undefined: not known yet. */
  houses: HouseNow[] | undefined;
  /** The first of the questions behind it that has failed, or the last that was answered. */
  asked: Asked<unknown>;
  /** Now by the server's clock (epoch ms). */
  now: number;
  /** How far (ms) that clock is ahead of this browser's. */
  ahead: number;
}

/** The selected houses, the worst first. `isPaused`: what is shown stays as it is. */
export function useHouses(selection: Selection, isPaused = false): Houses {
  const places = useAsk(["places", selection], (signal) => readPlaces(selection, signal), MINUTE);
  const series = useSeries(selection);
  const latestKey = ["latest", selection];
  const latest = useAsk(latestKey, (signal) => readLatest(selection, signal), isPaused ? undefined : MINUTE);
  useLive(isPaused ? null : selection, (readings: readonly LiveReading[]) => {
    queryClient.setQueryData<Latest>(latestKey, (before) => before && merged(before, readings));
  });
  const ahead = latest.data?.ahead ?? 0;
  const now = useNow(AGEING) + ahead;
  const today = todayOf(places.data?.houses, now);
  const energy = useAsk(["energy", selection, today], (signal) => readEnergy(selection, today ?? "", signal), MINUTE);
  const houses = useMemo(() => {
    if (!places.data || !latest.data) return undefined;
    const known: Known = { ...places.data, rhythms: rhythmsOf(series.data ?? []), energy: energy.data ?? new Map() };
    return assemble(known, latest.data, now);
  }, [places.data, latest.data, series.data, energy.data, now]);
  const asked = [latest, places, series, energy].find(({ error }) => error !== null) ?? latest;
  return { houses, asked, now, ahead };
}

/** The series of the selected houses. */
export function useSeries(selection: Selection): Asked<readonly Series[]> {
  return useAsk(["series", selection], async (signal) => (await read(api.GET("/v1/series", { params: { query: selection }, signal }))).series, 5 * MINUTE);
}

function rhythmsOf(series: readonly Series[]): Known["rhythms"] {
  return new Map(series.map((one) => [seriesKey(one), { interval: one.interval, kind: one.kind }]));
}

export interface Day {
  curves: ReadonlyMap<string, Curve>;
  extremes: ReadonlyMap<string, Extremes>;
}

/** The temperature of the last 24 hours by half hours, and its extremes since midnight, of the selected houses. */
export function useDay(selection: Selection, houses: readonly { zone: string }[] | undefined, now: number): Asked<Day> {
  const today = todayOf(houses, now);
  return useAsk(["day", selection, today], (signal) => readDay(selection, today ?? "", signal), 5 * MINUTE);
}

/** The earliest of the dates that houses have now; null while none is known. The API reads a day as each house's own:
 *  where it is already tomorrow, two windows come, of which the last is today's. */
function todayOf(houses: readonly { zone: string }[] | undefined, now: number): string | null {
  return houses?.map(({ zone }) => isoDay(now, zone)).toSorted()[0] ?? null;
}

async function readPlaces(selection: Selection, signal: AbortSignal) {
  const params = { query: selection };
  const [{ houses }, { rooms }] = await Promise.all([
    read(api.GET("/v1/houses", { params, signal })),
    read(api.GET("/v1/rooms", { params, signal })),
  ]);
  return { houses, rooms };
}

async function readLatest(selection: Selection, signal: AbortSignal): Promise<Latest> {
  // As the store has them now: live events go on from there, and what lay between would be missed.
  const { latest } = await read(api.GET("/v1/latest", { params: { query: selection }, signal, cache: "no-cache" }));
  return latestOf(latest, Date.now());
}

async function readEnergy(selection: Selection, today: string, signal: AbortSignal) {
  const query = { ...selection, quantity: ["energy_total"], start: today, every: "1d", aggregate: "delta" as const };
  return counted(await readReadings(query, signal));
}

async function readDay(selection: Selection, today: string, signal: AbortSignal): Promise<Day> {
  const ask = (start: string, every: string, aggregate: "mean" | "min" | "max") => {
    const query = { ...selection, quantity: ["temperature"], start, every, aggregate };
    return readReadings(query, signal);
  };
  const [curves, lows, highs] = await Promise.all([ask("-24h", "30m", "mean"), ask(today, "1d", "min"), ask(today, "1d", "max")]);
  return { curves: houseCurves(curves), extremes: houseExtremes(lows, highs) };
}
