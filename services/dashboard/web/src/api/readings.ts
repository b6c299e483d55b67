import { api, read, type Schemas } from "@/api/client";
import type { paths } from "@/api/schema.mjs";

export type ReadingsQuery = NonNullable<paths["/v1/readings"]["get"]["parameters"]["query"]>;

type Described = Schemas["ReadingsSeriesOut"];
/** A series with columns of its own, as the tidy layout has them. */
export type ReadingsSeries = Omit<Described, "time" | "value"> & {
  time: NonNullable<Described["time"]>;
  value: NonNullable<Described["value"]>;
};

/** Readings as tidy JSON; the path's other forms are for files, not for pages. */
export async function readReadings(query: ReadingsQuery, signal: AbortSignal): Promise<ReadingsSeries[]> {
  const answer = (await read(api.GET("/v1/readings", { params: { query }, signal }))) as Schemas["ReadingsOut"];
  return answer.series as ReadingsSeries[];
}
