/** The series that there are, under the names that people know. */

import type { Schemas } from "@/api/client";
import type { Language } from "@/i18n/language";

export interface Entry {
  readonly path: string;
  readonly project: string;
  readonly house: string;
  readonly room: string;
  readonly device: string;
  readonly quantity: string;
  readonly houseName: string;
  readonly roomName: string;
  readonly quantityName: string;
  readonly unit: string | null;
  readonly symbol: string;
  readonly kind: Schemas["SeriesOut"]["kind"];
  readonly first: number;
  readonly last: number;
  /** Milliseconds between readings, on average; null for a single one. */
  readonly interval: number | null;
  readonly zone: string;
}

export interface Names {
  readonly houses: readonly Pick<Schemas["HouseOut"], "project" | "id" | "name" | "zone">[];
  readonly rooms: readonly Pick<Schemas["RoomOut"], "project" | "house" | "id" | "name">[];
  readonly quantities: readonly Schemas["QuantityOut"][];
}

type Series = Schemas["SeriesOut"];

export function pathOf(series: Pick<Series, "project" | "house" | "room" | "device" | "quantity">): string {
  return [series.project, series.house, series.room, series.device, series.quantity].map(escaped).join("/");
}

/** Slashes would part what belongs together; all else is readable as it is. */
function escaped(part: string): string {
  return part.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** Entries of series with numbers; text has no curve. */
export function entriesOf(series: readonly Series[], names: Names, language: Language): Entry[] {
  const houses = new Map(names.houses.map((house) => [`${house.project}/${house.id}`, house]));
  const rooms = new Map(names.rooms.map((room) => [`${room.project}/${room.house}/${room.id}`, room]));
  const quantities = new Map(names.quantities.map((quantity) => [quantity.quantity, quantity]));
  return series
    .filter(({ quantity }) => !quantity.endsWith("_text"))
    .map((one) => {
      const house = houses.get(`${one.project}/${one.house}`);
      const quantity = quantities.get(one.quantity);
      return {
        path: pathOf(one),
        project: one.project,
        house: one.house,
        room: one.room,
        device: one.device,
        quantity: one.quantity,
        houseName: house?.name ?? one.house,
        roomName: rooms.get(`${one.project}/${one.house}/${one.room}`)?.name ?? one.room,
        quantityName: (language === "fi" ? quantity?.finnish : quantity?.english) ?? one.quantity,
        unit: one.unit,
        symbol: one.symbol ?? "",
        kind: one.kind,
        first: Number(one.first),
        last: Number(one.last),
        interval: one.interval === null ? null : one.interval * 1000,
        zone: house?.zone ?? "UTC",
      };
    });
}

/** The entries whose names hold all words of a search, in their order. */
export function search(entries: readonly Entry[], text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const names = [entry.project, entry.houseName, entry.house, entry.roomName, entry.room, entry.device, entry.quantityName, entry.quantity];
    const whole = names.join(" ").toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** Names as short as tell the entries of one panel apart: room, then house, quantity and device where they must. */
export function shortNames(entries: readonly Entry[]): Map<string, string> {
  const several = (of: (entry: Entry) => string): boolean => new Set(entries.map(of)).size > 1;
  const hasHouses = several((entry) => `${entry.project}/${entry.house}`);
  const hasQuantities = several((entry) => entry.quantity);
  const named = entries.map((entry) => {
    const place = hasHouses ? `${entry.houseName} ${entry.roomName}` : entry.roomName;
    return { entry, name: hasQuantities ? `${place} ${entry.quantityName.toLowerCase()}` : place };
  });
  const counts = new Map<string, number>();
  for (const { name } of named) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map(
    named.map(({ entry, name }) => [entry.path, (counts.get(name) ?? 0) > 1 ? `${name} (${entry.device})` : name]),
  );
}

const MOST_PROPOSED = 4;

/** What to show whoever has picked nothing: the temperatures of the first house, indoors. */
export function proposal(entries: readonly Entry[]): Entry[] {
  const temperatures = entries.filter((entry) => entry.quantity === "temperature");
  const first = temperatures[0] ?? entries[0];
  if (first === undefined) {
    return [];
  }
  const alike = entries.filter(
    (entry) => entry.project === first.project && entry.house === first.house && entry.quantity === first.quantity,
  );
  const rooms = new Set<string>();
  const onePerRoom = alike.filter(({ room }) => !rooms.has(room) && rooms.add(room));
  return onePerRoom.slice(0, MOST_PROPOSED);
}
