import { expect, test } from "vitest";

import { assemble, meanOf, type Known } from "@/houses/assemble";
import { counted, houseCurves, houseExtremes, houseKey } from "@/houses/day";
import { ageOf, patience } from "@/houses/freshness";
import { latestOf, merged, seriesKey, type Newest } from "@/houses/latest";

const NOW = Date.parse("2026-01-15T12:00:00Z");
const MINUTE = 60_000;

function newest(house: string, room: string, quantity: string, value: number, age = 0, device = `air-${room}`): Newest {
  return { project: "p", house, room, device, quantity, time: NOW - age, value };
}

function known(houses: readonly string[], rest: Partial<Known> = {}): Known {
  const rooms = houses.flatMap((house) =>
    ["bath", "balcony"].map((id) => ({ project: "p", house, id, name: id.toUpperCase(), floor: null, polygon: [] })),
  );
  return { houses: houses.map((id) => ({ project: "p", id, name: id, zone: "Europe/Helsinki" })), rooms, rhythms: new Map(), energy: new Map(), ...rest };
}

function assembled(houses: readonly string[], readings: readonly Newest[], rest: Partial<Known> = {}) {
  return assemble(known(houses, rest), { readings: new Map(readings.map((one) => [seriesKey(one), one])), ahead: 0 }, NOW);
}

test("the worst house stands first, then they go by name as people count", () => {
  const warm = ["house-10", "house-2", "house-1"].map((house) => newest(house, "bath", "temperature", house === "house-10" ? 30 : 21));
  expect(assembled(["house-10", "house-2", "house-1", "empty"], warm).map(({ name, verdict }) => [name, verdict.kind])).toEqual([
    ["house-10", "hot"],
    ["empty", "silent"],
    ["house-1", "comfortable"],
    ["house-2", "comfortable"],
  ]);
});

test("the balcony's frost is no cold of the house", () => {
  const [house] = assembled(["a"], [newest("a", "bath", "temperature", 21), newest("a", "balcony", "temperature", -20)]);
  expect(house?.temperature?.value).toBe(21);
  expect(house?.verdict.kind).toBe("comfortable");
});

test("what is old speaks for nothing, but is still shown", () => {
  const [house] = assembled(["a"], [newest("a", "bath", "temperature", 40, 4 * 60 * MINUTE)]);
  expect(house).toMatchObject({ verdict: { kind: "silent" }, temperature: { value: 40, isOld: true }, devices: { online: 0, all: 1 } });
});

test("the meter that counted most is the house's, and its parts are one device", () => {
  const meters = ["main.1", "main.2", "plug"].map((device) => newest("a", "bath", "energy_total", 5, 0, device));
  const energy = new Map(meters.map((one, at) => [seriesKey(one), [3, 1, 2][at] ?? 0]));
  const [house] = assembled(["a"], meters, { energy });
  expect(house).toMatchObject({ meter: "main.1", energy: 3, devices: { online: 2, all: 2 } });
});

test("a mean is as old as its oldest part, and leaves out what is old", () => {
  const [fresh, older, old] = [
    { value: 20, time: 5, isOld: false },
    { value: 22, time: 3, isOld: false },
    { value: 90, time: 1, isOld: true },
  ];
  expect(meanOf([fresh, null, older, old])).toEqual({ value: 21, time: 3, isOld: false });
  expect(meanOf([old])).toEqual(old);
  expect(meanOf([null])).toBeNull();
});

test("newer readings take the place of older ones, and nothing new changes nothing", () => {
  const before = latestOf([{ ...newest("a", "bath", "co2", 700), age: 2 }], NOW);
  expect(before.ahead).toBe(2000);
  const heard = { ...newest("a", "bath", "co2", 800, -1000), unit: "ppm" } as const;
  expect([...merged(before, [heard]).readings.values()].map(({ value }) => value)).toEqual([800]);
  expect(merged(before, [{ ...heard, time: NOW - 1 }])).toBe(before);
});

test("three intervals are waited for, at least 90 s and at most three hours; a state keeps for a day", () => {
  const rhythms = [10, 600, 86_400, null].map((interval) => patience({ interval, kind: "gauge" }) / 1000);
  expect(rhythms).toEqual([90, 1800, 10_800, 10_800]);
  expect(patience({ interval: 10, kind: "state" })).toBe(24 * 60 * MINUTE);
});

test.each([
  [-5, { unit: "seconds", count: 0 }],
  [59_999, { unit: "seconds", count: 59 }],
  [59 * MINUTE, { unit: "minutes", count: 59 }],
  [47 * 60 * MINUTE, { unit: "hours", count: 47 }],
  [48 * 60 * MINUTE, { unit: "days", count: 2 }],
])("an age of %s ms", (milliseconds, age) => {
  expect(ageOf(milliseconds)).toEqual(age);
});

test("a house's curve is the mean of its rooms, with holes where no room has a value", () => {
  const base = { project: "p", house: "a", device: "air", quantity: "temperature" };
  const rooms = [
    { ...base, room: "bath", time: [2, 1, 3, 4], value: [22, 20, null, 23] },
    { ...base, room: "hall", time: [1, 3, 4], value: [24, null, 25] },
  ];
  expect(houseCurves(rooms).get(houseKey("p", "a"))).toEqual({ time: [1, 2, 3, 4], value: [22, 22, null, 24] });
});

test("what is told of a day is of today, also where yesterday's window came along", () => {
  const base = { project: "p", house: "a", device: "air", quantity: "temperature" };
  const rooms = [
    { ...base, room: "bath", time: [1, 2], value: [10, 23] },
    { ...base, room: "hall", time: [2], value: [25] },
    { ...base, room: "attic", time: [1, 2], value: [5, null] },
  ];
  expect(houseExtremes(rooms, rooms).get(houseKey("p", "a"))).toEqual({ low: 23, high: 25 });
  expect([...counted(rooms).values()]).toEqual([23, 25, 0]);
});

test("a house's curve ends before a window that only some of its rooms have begun", () => {
  const base = { project: "p", house: "a", device: "air", quantity: "temperature" };
  const rooms = [
    { ...base, room: "bath", time: [1, 2, 3], value: [24, 24, 24] },
    { ...base, room: "hall", time: [1, 2], value: [20, 20] },
  ];
  expect(houseCurves(rooms).get(houseKey("p", "a"))).toEqual({ time: [1, 2], value: [22, 22] });
});
