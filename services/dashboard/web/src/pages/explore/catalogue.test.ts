import { expect, test } from "vitest";

import { pathOf, proposal, search, shortNames, type Entry } from "./catalogue";
import { requestsFor } from "./requests";

function entry(house: string, room: string, device: string, quantity: string): Entry {
  const names = { project: "p", house, room, device, quantity };
  return {
    ...names,
    path: pathOf(names),
    houseName: house.toUpperCase(),
    roomName: room,
    quantityName: quantity === "co2" ? "Carbon dioxide" : "Temperature",
    unit: null,
    symbol: "",
    kind: "gauge",
    first: 0,
    last: 1,
    interval: 1,
    zone: "UTC",
  };
}

const KITCHEN = entry("a", "kitchen", "air-1", "temperature");
const KITCHEN_CO2 = entry("a", "kitchen", "air-1", "co2");
const BEDROOM = entry("a", "bedroom", "air-2", "temperature");
const BEDROOM_CO2 = entry("a", "bedroom", "air-2", "co2");
const OTHER = entry("b", "kitchen", "air-1", "temperature");
const ALL = [KITCHEN, KITCHEN_CO2, BEDROOM, BEDROOM_CO2, OTHER];
const paths = (entries: readonly Entry[]): string[] => entries.map(({ path }) => path);

test("a path tells its parts apart, whatever they hold", () => {
  expect(pathOf({ project: "p", house: "a/b", room: "50%", device: "x", quantity: "y" })).toBe("p/a%2Fb/50%25/x/y");
});

test("a search finds what holds all its words, in any of its names", () => {
  expect(paths(search(ALL, "kitchen carbon"))).toEqual([KITCHEN_CO2.path]);
  expect(paths(search(ALL, " B  temp"))).toEqual(paths([BEDROOM, OTHER]));
  expect(search(ALL, "attic")).toEqual([]);
  expect(search(ALL, "")).toEqual(ALL);
});

test("names are as short as tell their curves apart", () => {
  expect([...shortNames([KITCHEN, BEDROOM]).values()]).toEqual(["kitchen", "bedroom"]);
  expect([...shortNames([KITCHEN, OTHER]).values()]).toEqual(["A kitchen", "B kitchen"]);
  expect([...shortNames([KITCHEN, KITCHEN_CO2]).values()]).toEqual(["kitchen temperature", "kitchen carbon dioxide"]);
  const twin = entry("a", "kitchen", "air-9", "temperature");
  expect([...shortNames([KITCHEN, twin]).values()]).toEqual(["kitchen (air-1)", "kitchen (air-9)"]);
});

test("the first house's temperatures are proposed, one a room", () => {
  expect(paths(proposal([KITCHEN_CO2, entry("a", "kitchen", "air-9", "temperature"), KITCHEN, BEDROOM, OTHER]))).toEqual([
    "p/a/kitchen/air-9/temperature",
    BEDROOM.path,
  ]);
  expect(proposal([])).toEqual([]);
});

test("what can be named at once is asked at once", () => {
  expect(requestsFor([KITCHEN, BEDROOM], ALL)).toEqual([
    { project: ["p"], house: ["a"], room: ["kitchen", "bedroom"], device: ["air-1", "air-2"], quantity: ["temperature"] },
  ]);
  expect(requestsFor([KITCHEN, KITCHEN_CO2, BEDROOM, BEDROOM_CO2], ALL)).toHaveLength(1);
  expect(requestsFor([], ALL)).toEqual([]);
});

test("no request brings what was not chosen", () => {
  const requests = requestsFor([KITCHEN, BEDROOM_CO2], ALL);
  expect(requests.map(({ device, quantity }) => [device, quantity])).toEqual([
    [["air-1"], ["temperature"]],
    [["air-2"], ["co2"]],
  ]);
  const crossing = [entry("b", "bedroom", "air-2", "temperature"), KITCHEN];
  expect(requestsFor(crossing, [...ALL, ...crossing])).toHaveLength(2);
});
