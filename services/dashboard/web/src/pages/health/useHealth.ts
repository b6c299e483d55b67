/** What the page asks, each with its own answer, so that one that fails takes no other with it. */

import { useMemo } from "react";

import { api, read, type Schemas } from "@/api/client";
import { useAsk, type Asked } from "@/api/query";
import { useSession } from "@/api/session";

import { RESTLESS, stuckSeries, type Stuck } from "./devices";

const COUNTERS_MS = 5_000;
const SERIES_MS = 15_000;
const DAYS_MS = 300_000;

export function useStatus(): Asked<Schemas["StatusOut"]> {
  return useAsk(["status"], (signal) => read(api.GET("/v1/status", { signal })), COUNTERS_MS);
}

export function useSeries(): Asked<Schemas["SeriesOut"][]> {
  return useAsk(["series"], async (signal) => (await read(api.GET("/v1/series", { signal }))).series, SERIES_MS);
}

/** What houses and rooms are called; ids stand where the names have not come yet.
 *  isAnswered: they have come, or cannot be had now. */
export interface Places {
  readonly isAnswered: boolean;
  readonly houses: readonly Schemas["HouseOut"][];
  readonly zoneOf: (project: string, house: string) => string;
  readonly houseName: (project: string, house: string) => string;
  readonly roomName: (project: string, house: string, room: string) => string;
}

export function usePlaces(): Places {
  const { data, isLoading } = useAsk(
    ["names"],
    async (signal) => {
      const [{ houses }, { rooms }] = await Promise.all([read(api.GET("/v1/houses", { signal })), read(api.GET("/v1/rooms", { signal }))]);
      return { houses, rooms };
    },
    DAYS_MS,
  );
  return useMemo(() => ({ isAnswered: !isLoading, ...placesOf(data?.houses ?? [], data?.rooms ?? []) }), [data, isLoading]);
}

function placesOf(houses: readonly Schemas["HouseOut"][], rooms: readonly Pick<Schemas["RoomOut"], "project" | "house" | "id" | "name">[]): Omit<Places, "isAnswered"> {
  const known = new Map(houses.map((house) => [JSON.stringify([house.project, house.id]), house]));
  const names = new Map(rooms.map(({ project, house, id, name }) => [JSON.stringify([project, house, id]), name]));
  const houseOf = (...path: string[]) => known.get(JSON.stringify(path));
  return {
    houses,
    zoneOf: (project, house) => houseOf(project, house)?.zone ?? "UTC",
    houseName: (project, house) => houseOf(project, house)?.name ?? house,
    roomName: (project, house, room) => names.get(JSON.stringify([project, house, room])) ?? room,
  };
}

/** Series that have said one and the same all day. */
export function useStuck(): Asked<Stuck[]> {
  return useAsk(
    ["stuck"],
    async (signal) => {
      const extremes = async (aggregate: "min" | "max" | "count") => {
        const query = { quantity: [...RESTLESS], start: "-1d", every: "6h", aggregate, gap: "skip" as const };
        const answer = read(api.GET("/v1/readings", { params: { query }, signal })) as Promise<Schemas["ReadingsOut"]>;
        return (await answer).series;
      };
      const [low, high, count] = await Promise.all([extremes("min"), extremes("max"), extremes("count")]);
      return stuckSeries(low, high, count);
    },
    DAYS_MS,
  );
}

/** @param start the first day, as `2026-11-13`: each house's own midnight; nothing is asked while it is null. */
export function useCompleteness(start: string | null): Asked<Schemas["CompletenessSeriesOut"][]> {
  return useAsk(
    ["completeness", start],
    async (signal) => {
      const query = { start, every: "1d", gaps: 0 };
      return (await read(api.GET("/v1/completeness", { params: { query }, signal }))).series;
    },
    DAYS_MS,
  );
}

/** Rejected messages, newest first; nothing is asked without a key. */
export function useRejected(cursor: string | null): { isPublic: boolean; asked: Asked<Schemas["AllRejectedOut"]> } {
  const session = useSession();
  const isSignedIn = session.data?.signed_in === true;
  const asked = useAsk(
    ["rejected", isSignedIn ? (cursor ?? "newest") : null],
    (signal) => read(api.GET("/v1/rejected", { params: { query: { limit: 50, ...(cursor === null ? {} : { cursor }) } }, signal })),
    SERIES_MS,
  );
  return { isPublic: !isSignedIn, asked };
}
