/** The chosen series with their colours. */

import { slotFor, type Slot } from "@/charts/palette";

import type { Entry } from "./catalogue";
import { panelKey } from "./panels";

export interface Chosen {
  readonly entry: Entry;
  readonly slot: Slot;
}

/** More entries beside those that are chosen; one whose panel is full is left out. */
export function slotsFor(entries: readonly Entry[], chosen: readonly Chosen[]): Chosen[] {
  const found = [...chosen];
  for (const entry of entries) {
    const slot = slotOf(entry, found);
    if (slot !== null) {
      found.push({ entry, slot });
    }
  }
  return found;
}

/** The colour that an entry would get; null: its panel is full. */
export function slotOf(entry: Entry, chosen: readonly Chosen[]): Slot | null {
  return slotFor(
    colouredBy(entry),
    chosen.map((other) => ({ ...colouredBy(other.entry), slot: other.slot })),
  );
}

function colouredBy(entry: Entry): { key: string; place: string; panel: string } {
  const place = [entry.project, entry.house, entry.room, entry.device].join("/");
  return { key: entry.path, place, panel: panelKey(entry) };
}
