/** Ranges as buttons and keys change them, and the times that a view asks for. */

import type { Range } from "@/charts/model";
import { SECOND } from "@/format/zones";

import type { Span } from "./curves";
import { SPANS, type Asked } from "./view";
import { windowEnd, windowStart, type Every } from "./windows";

const ZOOM = 2;
const SHIFT = 0.5;
const LEAST = 10 * SECOND;
/** Not before what the API takes, with room for a zone on either side. */
const EARLIEST = Date.UTC(1970, 0, 2);
/** A view of the last hours asks anew when a tenth of it has passed; live readings fill the time between. */
const PARTS = 10;

export function rangeOf(asked: Asked, now: number): Range {
  return "last" in asked ? { start: now - SPANS[asked.last], stop: now } : asked;
}

/** What is fetched for a view: a whole number of windows, and the same for as long as can be, so that it is kept. */
export function spanOf(asked: Asked, now: number, every: Every | null, zone: string): Span {
  const aligned = (time: number): number => (every === null ? time : windowStart(every, time, zone));
  if ("last" in asked) {
    const part = SPANS[asked.last] / PARTS;
    return { start: aligned(Math.floor(now / part) * part - SPANS[asked.last]), stop: null };
  }
  if (every === null) {
    return asked;
  }
  const last = windowStart(every, asked.stop - 1, zone);
  return { start: aligned(asked.start), stop: windowEnd(every, last, zone) };
}

/** Half or twice the range, around its middle; what would reach beyond now ends there. */
export function zoomed(range: Range, into: boolean, now: number): Range {
  const length = Math.max((range.stop - range.start) * (into ? 1 / ZOOM : ZOOM), LEAST);
  const middle = (range.start + range.stop) / 2;
  return settled(middle - length / 2, length, now);
}

/** Half a range earlier or later. */
export function moved(range: Range, direction: -1 | 1, now: number): Range {
  const length = range.stop - range.start;
  return settled(range.start + direction * SHIFT * length, length, now);
}

/** Whole seconds, which the address holds; after now there is nothing to see. */
function settled(start: number, length: number, now: number): Range {
  const first = Math.max(Math.min(start, now - length), EARLIEST);
  return { start: Math.floor(first / SECOND) * SECOND, stop: Math.ceil((first + length) / SECOND) * SECOND };
}
