import { useSyncExternalStore } from "react";

/** Points that a chart has room for, by the width of the window: the same for a range of widths, so that answers are kept. */
const ROOMS = [
  { width: 640, points: 400 },
  { width: 2560, points: 1100 },
] as const;
const LARGEST = 2000;
const WIDE = 640;

function subscribe(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}

export function usePoints(): number {
  return useSyncExternalStore(subscribe, () => ROOMS.find(({ width }) => window.innerWidth < width)?.points ?? LARGEST);
}

export function useIsWide(): boolean {
  return useSyncExternalStore(subscribe, () => window.innerWidth >= WIDE);
}
