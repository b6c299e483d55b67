/** The design's tokens as a canvas needs them, which inherits no styles: read anew when the theme changes. */

import { useSyncExternalStore } from "react";

import { token } from "@/components/theme";

import { SLOTS, type Slot } from "./palette";

export interface Tokens {
  text: string;
  muted: string;
  card: string;
  sunken: string;
  control: string;
  grid: string;
  series: Record<Slot, string>;
  /** Height of axis text in CSS pixels; it grows with the root's font on large screens. */
  axisSize: number;
  font: string;
}

const AXIS_REM = 0.75;
/** 15 %, as the last byte of a colour. */
const BAND_ALPHA = "26";

let current: Tokens | null = null;

function read(): Tokens {
  return {
    text: token("text"),
    muted: token("muted"),
    card: token("card"),
    sunken: token("sunken"),
    control: token("control"),
    grid: token("grid"),
    series: Object.fromEntries(SLOTS.map((slot) => [slot, token(`s${slot}`)])) as Record<Slot, string>,
    axisSize: Math.round(AXIS_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * 10) / 10,
    font: token("font") || "sans-serif",
  };
}

/** The tokens of the theme that is shown. */
function tokens(): Tokens {
  current ??= read();
  return current;
}

function subscribe(listener: () => void): () => void {
  const changed = (): void => {
    current = read();
    listener();
  };
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.addEventListener("resize", changed);
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", changed);
  };
}

export function useTokens(): Tokens {
  return useSyncExternalStore(subscribe, tokens);
}

export function bandColour(colour: string): string {
  return colour + BAND_ALPHA;
}
