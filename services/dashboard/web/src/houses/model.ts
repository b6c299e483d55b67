/** A house as it is now: what the overview, the house's page and the kiosk show. */
import type { Verdict } from "@/climate/verdict";

/** A value now: the newest reading, or the mean of several sensors' newest. */
export interface Now {
  value: number;
  /** Of its oldest part (epoch ms). */
  time: number;
  /** Too old to speak for now; kept out of means and verdicts. */
  isOld: boolean;
}

export interface RoomNow {
  id: string;
  name: string;
  floor: number | null;
  /** Corners on the floor plan, metres; empty where it is not drawn. */
  polygon: readonly (readonly number[])[];
  temperature: Now | null;
  humidity: Now | null;
  co2: Now | null;
  /** The emptiest battery among its devices, %. */
  battery: number | null;
  /** The newest reading of anything here (epoch ms). */
  heard: number;
  verdict: Verdict;
}

export interface HouseNow {
  project: string;
  id: string;
  name: string;
  zone: string;
  rooms: readonly RoomNow[];
  /** Means of the rooms. */
  temperature: Now | null;
  humidity: Now | null;
  /** The worst room's. */
  co2: Now | null;
  outdoor: Now | null;
  /** The main meter, by which power and energy go; null where there is none. */
  meter: string | null;
  power: Now | null;
  /** kWh of the house's main meter since its midnight; null where it has none. */
  energy: number | null;
  devices: { online: number; all: number };
  /** The worst of its rooms. */
  verdict: Verdict;
  /** The room that the verdict is about; null where it is about the whole house. */
  room: RoomNow | null;
}
