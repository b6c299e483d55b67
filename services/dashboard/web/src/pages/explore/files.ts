/** What is shown, as files: the API's own tables of the same series, range and windows, or a picture. */

import { ApiError, type Problem } from "@/api/client";
import type { Range } from "@/charts/model";

import type { Entry } from "./catalogue";
import { batchesOf, parametersOf } from "./curves";
import type { Plan } from "./plans";
import { requestsFor } from "./requests";

export type TableFormat = "csv" | "parquet";

export interface TableFile {
  readonly url: string;
  readonly name: string;
}

/** The tables of a view; more than one where the series are made in different ways, as meters and thermometers are. */
export function tablesOf(plans: readonly Plan[], all: readonly Entry[], range: Range, format: TableFormat): TableFile[] {
  const files = batchesOf(plans).flatMap((batch) => {
    const [plan] = batch;
    if (plan === undefined) {
      return [];
    }
    return requestsFor(batch.map(({ entry }) => entry), all).map((request) => {
      const query = new URLSearchParams();
      for (const [name, values] of Object.entries(request)) {
        (values as readonly string[]).forEach((value) => query.append(name, value));
      }
      for (const [name, value] of Object.entries(parametersOf(plan, range))) {
        query.set(name, value);
      }
      query.set("format", format);
      const kind = plan.every === null ? "raw" : `${plan.every}-${plan.aggregate}`;
      return { url: `/api/v1/readings?${query.toString()}`, parts: [...request.house, ...request.quantity, kind] };
    });
  });
  const days = [range.start, range.stop].map((time) => new Date(time).toISOString().slice(0, 10));
  return files.map(({ url, parts }) => ({ url, name: fileName([...parts, ...days], format) }));
}

const MOST_NAME = 120;

export function fileName(parts: readonly string[], ending: string): string {
  const plain = parts.map((part) => part.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-"));
  return `${plain.join("_").slice(0, MOST_NAME)}.${ending}`;
}

/** Fetches a table and hands it to the browser.
 *  @throws {ApiError} the API refused, and says why; nothing is saved then. */
export async function saveTable({ url, name }: TableFile): Promise<void> {
  let answer;
  try {
    answer = await fetch(url);
    if (answer.ok) {
      // A body that breaks off throws here, so that no half table is saved.
      saveBlob(await answer.blob(), name);
      return;
    }
  } catch {
    throw new ApiError(0, null, null);
  }
  const problem = (await answer.json().catch(() => null)) as Problem | null;
  throw new ApiError(answer.status, problem, null);
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
