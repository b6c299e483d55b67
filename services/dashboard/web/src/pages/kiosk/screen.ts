/** How large letters must be on a wall: 20 minutes of arc (ISO 9241-3 asks at least 16) at the viewer's distance. */
const MINUTES_OF_ARC = 20;
const CAPITAL_EM = 0.7;
const MM_PER_INCH = 25.4;
/** Height by diagonal of 16:9. */
const HEIGHT = 9 / Math.hypot(16, 9);

export interface Screen {
  /** Diagonal in inches. */
  inches: number;
  /** Metres to the viewer. */
  distance: number;
}

/** The screen that an address describes; 55 inches at 5 metres where it describes none that could be. */
export function screenOf(query: URLSearchParams): Screen {
  return { inches: within(query.get("screen"), 10, 200, 55), distance: within(query.get("distance"), 0.3, 30, 5) };
}

/** The font size of labels as a share of the screen's height, in percent; never so large that a page cannot hold. */
export function labelHeight({ inches, distance }: Screen): number {
  const capital = 2 * distance * 1000 * Math.tan(((MINUTES_OF_ARC / 60) * Math.PI) / 180 / 2);
  const height = inches * MM_PER_INCH * HEIGHT;
  return Math.min(MOST, (100 * capital) / CAPITAL_EM / height);
}

const MOST = 8;

function within(text: string | null, least: number, most: number, otherwise: number): number {
  const value = Number(text);
  return text !== null && text !== "" && value >= least && value <= most ? value : otherwise;
}

/** Seconds a house is shown. */
export function secondsOf(query: URLSearchParams): number {
  return within(query.get("seconds"), 3, 3600, 20);
}
