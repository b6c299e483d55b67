import type { Slot } from "./palette";

/** The colour of a curve; its name stands beside it, so it says nothing by itself. */
export function Swatch({ slot, isDashed = false }: { slot: Slot; isDashed?: boolean }) {
  return <span className={`swatch swatch-${slot}${isDashed ? " swatch-dashed" : ""}`} aria-hidden="true" />;
}
