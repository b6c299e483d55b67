/** Houses from what the API tells of them: names, rhythms, newest readings and the day's energy. */
import type { Schemas } from "@/api/client";
import { seasonOf } from "@/climate/limits";
import { COMFORTABLE, SILENT, co2Verdict, temperatureVerdict, worse, type Verdict } from "@/climate/verdict";
import { patience, type Rhythm } from "@/houses/freshness";
import { seriesKey, type Latest, type Newest } from "@/houses/latest";
import type { HouseNow, Now, RoomNow } from "@/houses/model";

export interface Known {
  houses: readonly Pick<Schemas["HouseOut"], "project" | "id" | "name" | "zone">[];
  rooms: readonly (Pick<Schemas["RoomOut"], "project" | "house" | "id" | "name" | "floor"> & { polygon: readonly number[][] })[];
  /** By `seriesKey`. */
  rhythms: ReadonlyMap<string, Rhythm>;
  /** kWh since midnight, by `seriesKey` of the meter's series. */
  energy: ReadonlyMap<string, number>;
}

interface Aged extends Newest {
  isOld: boolean;
}

/** A place outside is no room; its temperature is no comfort. */
const OUTSIDE = /^(out(door|side)|balcony|terrace|garden|yard|ulko|parveke|terassi|piha)/;

/** All houses, the worst first, then by name. */
export function assemble(known: Known, latest: Latest, now: number): HouseNow[] {
  const byHouse = grouped(latest.readings.values(), (reading) => JSON.stringify([reading.project, reading.house]));
  const houses = known.houses.map((house) => {
    const heard = byHouse.get(JSON.stringify([house.project, house.id])) ?? [];
    const aged = heard.map((one) => ({ ...one, isOld: now - one.time > patience(rhythmOf(known, one)) }));
    return houseOf(house, known, aged, now);
  });
  return houses.sort((a, b) => worse(a.verdict, b.verdict) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

function houseOf(house: Known["houses"][number], known: Known, heard: readonly Aged[], now: number): HouseNow {
  const byRoom = grouped(heard, (reading) => reading.room);
  const listed = known.rooms.filter((room) => room.project === house.project && room.house === house.id);
  const rooms = listed.map((room) => roomOf(room, byRoom.get(room.id) ?? [], now, house.zone));
  const inside = rooms.filter((room) => !OUTSIDE.test(room.id));
  const spoken = inside.filter((room) => room.verdict.kind !== "silent").sort((a, b) => worse(a.verdict, b.verdict));
  const worst = spoken[0];
  const meter = mainMeter(heard, known);
  return {
    ...house,
    rooms,
    temperature: meanOf(inside.map((room) => room.temperature)),
    humidity: meanOf(inside.map((room) => room.humidity)),
    co2: highest(inside.map((room) => room.co2)),
    outdoor: meanOf(nowOf(heard, "outdoor_temperature")),
    meter: meter?.device ?? null,
    power: meanOf(nowOf(heard.filter((reading) => reading.device === meter?.device), "power")),
    energy: meter?.energy ?? null,
    devices: devicesOf(heard),
    verdict: worst?.verdict ?? SILENT,
    room: worst === undefined || worst.verdict.kind === "comfortable" ? null : worst,
  };
}

function roomOf(room: Known["rooms"][number], heard: readonly Aged[], now: number, zone: string): RoomNow {
  const temperature = meanOf(nowOf(heard, "temperature"));
  const humidity = meanOf(nowOf(heard, "humidity"));
  const co2 = meanOf(nowOf(heard, "co2"));
  const batteries = nowOf(heard, "battery").map((battery) => battery.value);
  return {
    id: room.id,
    name: room.name,
    floor: room.floor,
    polygon: room.polygon,
    temperature,
    humidity,
    co2,
    battery: batteries.length > 0 ? Math.min(...batteries) : null,
    heard: heard.reduce((newest, { time }) => Math.max(newest, time), 0),
    verdict: roomVerdict(temperature, co2, now, zone),
  };
}

/** Warmth and air, the worse of the two; silent where no fresh reading tells of either. */
function roomVerdict(temperature: Now | null, co2: Now | null, now: number, zone: string): Verdict {
  const season = seasonOf(now, zone);
  const verdicts: Verdict[] = [];
  if (temperature && !temperature.isOld) verdicts.push(temperatureVerdict(temperature.value, season));
  if (co2 && !co2.isOld) verdicts.push(co2Verdict(co2.value, season));
  if (verdicts.length === 0) return SILENT;
  return verdicts.sort(worse)[0] ?? COMFORTABLE;
}

/** The meter that counted most today: plugs count only what hangs on them. */
function mainMeter(heard: readonly Aged[], known: Known): { device: string; energy: number } | undefined {
  const meters = heard.flatMap((reading) => {
    if (reading.quantity !== "energy_total") return [];
    const energy = known.energy.get(seriesKey(reading));
    return energy === undefined ? [] : [{ device: reading.device, energy }];
  });
  return meters.sort((a, b) => b.energy - a.energy)[0];
}

/** Devices, and how many of them were heard of lately; parts of one device are one. */
function devicesOf(heard: readonly Aged[]): HouseNow["devices"] {
  const online = new Map<string, boolean>();
  for (const { device, isOld } of heard) {
    const [base = device] = device.split(".");
    online.set(base, online.get(base) === true || !isOld);
  }
  return { online: [...online.values()].filter(Boolean).length, all: online.size };
}

function nowOf(heard: readonly Aged[], quantity: string): Now[] {
  return heard.flatMap(({ quantity: name, value, time, isOld }) =>
    name === quantity && typeof value === "number" ? [{ value, time, isOld }] : [],
  );
}

/** The mean of fresh values; where all are old the newest of them, still old. */
export function meanOf(values: readonly (Now | null)[]): Now | null {
  const there = values.filter((value) => value !== null);
  const fresh = there.filter((value) => !value.isOld);
  if (fresh.length === 0) return there.sort((a, b) => b.time - a.time)[0] ?? null;
  return {
    value: fresh.reduce((sum, { value }) => sum + value, 0) / fresh.length,
    time: Math.min(...fresh.map(({ time }) => time)),
    isOld: false,
  };
}

function highest(values: readonly (Now | null)[]): Now | null {
  const there = values.filter((value) => value !== null);
  const fresh = there.filter((value) => !value.isOld);
  return (fresh.length > 0 ? fresh : there).sort((a, b) => b.value - a.value)[0] ?? null;
}

function rhythmOf(known: Known, reading: Newest): Rhythm {
  return known.rhythms.get(seriesKey(reading)) ?? { interval: null, kind: null };
}

function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
