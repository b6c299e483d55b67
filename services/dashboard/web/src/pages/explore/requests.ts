/** How a choice of series is asked of the API, which takes names by kind: in as few requests as name just these. */

import type { Entry } from "./catalogue";

export interface Request {
  readonly project: readonly string[];
  readonly house: readonly string[];
  readonly room: readonly string[];
  readonly device: readonly string[];
  readonly quantity: readonly string[];
}

const NAMES = ["project", "house", "room", "device", "quantity"] as const;

/** @param chosen the series that are wanted.
 *  @param all every series there is: a request may name no other of these. */
export function requestsFor(chosen: readonly Entry[], all: readonly Entry[]): Request[] {
  if (chosen.length === 0) {
    return [];
  }
  const request = requestOf(chosen);
  if (chosen.length === 1 || all.filter((entry) => names(request, entry)).length === chosen.length) {
    return [request];
  }
  const quantities = groups(chosen, ({ quantity }) => quantity);
  if (quantities.length > 1) {
    return quantities.flatMap((group) => requestsFor(group, all));
  }
  return chosen.map((entry) => requestOf([entry]));
}

function requestOf(entries: readonly Entry[]): Request {
  const [project, house, room, device, quantity] = NAMES.map((name) => [...new Set(entries.map((entry) => entry[name]))]);
  return { project: project ?? [], house: house ?? [], room: room ?? [], device: device ?? [], quantity: quantity ?? [] };
}

function names(request: Request, entry: Entry): boolean {
  return NAMES.every((name) => request[name].includes(entry[name]));
}

/** What belongs together, in the order of its first. */
export function groups<T>(items: readonly T[], by: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = by(item);
    const group = found.get(key);
    if (group === undefined) {
      found.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return [...found.values()];
}
