import { useMemo } from "react";

import { api, read } from "@/api/client";
import { useAsk, type Asked } from "@/api/query";
import type { Language } from "@/i18n/language";

import { entriesOf, type Entry } from "./catalogue";

const REFRESH_MS = 60_000;

/** Every series, named; the names' own answers fail and heal with it. */
export function useCatalogue(language: Language): { asked: Asked<unknown>; entries: readonly Entry[] | undefined } {
  const asked = useAsk(
    ["catalogue"],
    async (signal) => {
      const [series, houses, rooms, quantities] = await Promise.all([
        read(api.GET("/v1/series", { signal })),
        read(api.GET("/v1/houses", { signal })),
        read(api.GET("/v1/rooms", { signal })),
        read(api.GET("/v1/quantities", { signal })),
      ]);
      return { series: series.series, houses: houses.houses, rooms: rooms.rooms, quantities: quantities.quantities };
    },
    REFRESH_MS,
  );
  const { data } = asked;
  const entries = useMemo(() => (data === undefined ? undefined : entriesOf(data.series, data, language)), [data, language]);
  return { asked, entries };
}
