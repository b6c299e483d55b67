/** The geometry of a floor plan: one picture a floor, places in percent of it. */
import type { RoomNow } from "@/houses/model";

export interface PlacedRoom {
  room: RoomNow;
  /** Corners in metres, as an SVG polygon takes them. */
  points: string;
  /** The room's box in percent of the picture, for its label. */
  box: { left: number; top: number; width: number; height: number };
}

export interface Floor {
  floor: number | null;
  /** Metres. */
  x: number;
  y: number;
  width: number;
  height: number;
  rooms: PlacedRoom[];
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The floors that are drawn, the lowest first; rooms without corners are in the list only. */
export function floorsOf(rooms: readonly RoomNow[]): Floor[] {
  const drawn = rooms.filter(({ polygon }) => polygon.length >= 3);
  const floors = [...new Set(drawn.map(({ floor }) => floor))].sort((a, b) => (a ?? 0) - (b ?? 0));
  return floors.map((floor) => floorOf(floor, drawn.filter((room) => room.floor === floor)));
}

function floorOf(floor: number | null, rooms: readonly RoomNow[]): Floor {
  const whole = boxOf(rooms.flatMap(({ polygon }) => polygon));
  const [width, height] = [whole.right - whole.left, whole.bottom - whole.top];
  const placed = rooms.map((room) => {
    const box = boxOf(room.polygon);
    return {
      room,
      points: room.polygon.map((corner) => corner.join(",")).join(" "),
      box: {
        left: (100 * (box.left - whole.left)) / width,
        top: (100 * (box.top - whole.top)) / height,
        width: (100 * (box.right - box.left)) / width,
        height: (100 * (box.bottom - box.top)) / height,
      },
    };
  });
  return { floor, x: whole.left, y: whole.top, width, height, rooms: placed };
}

function boxOf(corners: readonly (readonly number[])[]): Box {
  const xs = corners.map(([x = 0]) => x);
  const ys = corners.map(([, y = 0]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
