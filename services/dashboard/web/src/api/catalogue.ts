/** Every series, with the lists that hold the names of its parts. */
import { api, read } from "@/api/client";
import { queryClient } from "@/api/query";

export const CATALOGUE = ["catalogue"];

/** The lists fail and heal together: one without the others names nothing. */
export async function readCatalogue(signal: AbortSignal) {
  const [series, houses, rooms, quantities] = await Promise.all([
    read(api.GET("/v1/series", { signal })),
    read(api.GET("/v1/houses", { signal })),
    read(api.GET("/v1/rooms", { signal })),
    read(api.GET("/v1/quantities", { signal })),
  ]);
  return { series: series.series, houses: houses.houses, rooms: rooms.rooms, quantities: quantities.quantities };
}

/** Begin to read it; who asks for it soon gets this answer. */
export function readCatalogueAhead(): void {
  // Should it fail, whoever asks for it is told.
  queryClient.query({ queryKey: CATALOGUE, queryFn: ({ signal }) => readCatalogue(signal) }).catch(() => undefined);
}
