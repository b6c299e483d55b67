import { expect, test } from "vitest";

import { DAY } from "@/format/zones";
import type { Entry } from "@/pages/explore/catalogue";
import { chosenRooms } from "@/pages/house/day";

const NOW = 1_800_000_000_000;

function entry(room: string, quantity: string, device = "air", last = NOW): Entry {
  return { path: `${room}/${device}/${quantity}`, room, quantity, device, last, quantityName: quantity } as Entry;
}

function shown(charts: ReturnType<typeof chosenRooms>): string[][] {
  return charts.map((chart) => chart.map(({ entry: { path, quantityName }, slot }) => `${slot} ${path} ${quantityName}`));
}

test("a room keeps its colour, whichever quantity is drawn", () => {
  const entries = [entry("kitchen", "temperature"), entry("bath", "temperature"), entry("bath", "co2"), entry("bath", "power")];
  const rooms = ["hall", "kitchen", "bath"];
  expect(shown(chosenRooms(entries, rooms, "temperature", "Warmth", NOW))).toEqual([["1 kitchen/air/temperature Warmth", "2 bath/air/temperature Warmth"]]);
  expect(shown(chosenRooms(entries, rooms, "co2", "CO₂", NOW))).toEqual([["2 bath/air/co2 CO₂"]]);
  expect(chosenRooms(entries, rooms, "humidity", "Humidity", NOW)).toEqual([]);
});

test("a sensor that still speaks goes before one that does not", () => {
  const entries = [entry("bath", "co2", "old", NOW - 2 * DAY), entry("bath", "co2", "new")];
  expect(shown(chosenRooms(entries, ["bath"], "co2", "CO₂", NOW))).toEqual([["1 bath/new/co2 CO₂"]]);
});

test("more rooms than colours stand in charts of about the same number", () => {
  const rooms = Array.from({ length: 13 }, (_, at) => `room-${at}`);
  const entries = rooms.map((room) => entry(room, "temperature"));
  expect(chosenRooms(entries, rooms, "temperature", "", NOW).map((chart) => chart.length)).toEqual([5, 5, 3]);
});
