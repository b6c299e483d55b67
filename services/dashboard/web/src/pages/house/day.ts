/** Which series the day's charts draw: one a room, in a colour that the room keeps whatever is drawn. */
import { SLOTS } from "@/charts/palette";
import { PAINTED, type Painted } from "@/climate/shades";
import { DAY } from "@/format/zones";
import type { Entry } from "@/pages/explore/catalogue";
import type { Chosen } from "@/pages/explore/choice";

/** The series of a quantity by chart, each with as many rooms as there are colours, and about as many as the others.
 *  @param listed ids of the rooms, in the order of the list beside the plan.
 *  @param name of the quantity, in the reader's language.
 *  @param now epoch milliseconds. */
export function chosenRooms(entries: readonly Entry[], listed: readonly string[], quantity: Painted, name: string, now: number): Chosen[][] {
  const rooms = listed.filter((room) => PAINTED.some((one) => entryOf(entries, room, one, now) !== undefined));
  const size = Math.ceil(rooms.length / Math.ceil(rooms.length / SLOTS.length));
  const charts: Chosen[][] = [];
  for (let from = 0; from < rooms.length; from += size) {
    const chart = rooms.slice(from, from + size).flatMap((room, at) => {
      const entry = entryOf(entries, room, quantity, now);
      const slot = SLOTS[at];
      return entry === undefined || slot === undefined ? [] : [{ entry: { ...entry, quantityName: name }, slot }];
    });
    if (chart.length > 0) {
      charts.push(chart);
    }
  }
  return charts;
}

/** Of several sensors in a room the first that was heard of in the last day. */
function entryOf(entries: readonly Entry[], room: string, quantity: Painted, now: number): Entry | undefined {
  const mine = entries.filter((entry) => entry.room === room && entry.quantity === quantity);
  return mine.find(({ last }) => last >= now - DAY) ?? mine[0];
}
