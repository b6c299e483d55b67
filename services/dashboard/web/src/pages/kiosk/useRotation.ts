/** Which house is shown: the next one every so many seconds, unless it is held. */
import { useEffect, useState } from "react";

export interface Rotation {
  /** Counts up for ever; the shown one is its remainder. */
  turn: number;
  isHeld: boolean;
  hold: (isHeld: boolean) => void;
  move: (by: number) => void;
}

export function useRotation(seconds: number): Rotation {
  const [turn, setTurn] = useState(0);
  const [isHeld, hold] = useState(false);
  const move = (by: number) => setTurn((before) => before + by);
  useEffect(() => {
    if (isHeld) return undefined;
    // Begun again with each turn, so that a house reached by hand stays as long as any.
    const timer = setTimeout(() => setTurn((before) => before + 1), seconds * 1000);
    return () => clearTimeout(timer);
  }, [isHeld, seconds, turn]);
  return { turn, isHeld, hold, move };
}

/** A remainder that is never negative. */
export function remainder(turn: number, count: number): number {
  return ((turn % count) + count) % count;
}
