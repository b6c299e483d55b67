import { api, read, type Schemas } from "@/api/client";
import type { paths } from "@/api/schema";

export type ReadingsQuery = NonNullable<paths["/v1/readings"]["get"]["parameters"]["query"]>;

/** Readings as JSON; the path's other formats are for files, not for pages. */
export async function readReadings(query: ReadingsQuery, signal: AbortSignal): Promise<Schemas["ReadingsOut"]> {
  return (await read(api.GET("/v1/readings", { params: { query }, signal }))) as Schemas["ReadingsOut"];
}
