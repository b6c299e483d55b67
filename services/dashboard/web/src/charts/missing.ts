/** How much is missing, as a step of the heatmap's colours. */

/** Step 1 is nearly nothing, step 5 nearly all. */
export type MissingStep = 1 | 2 | 3 | 4 | 5;

/** Upper ends of the steps, as shares of what was expected. */
export const MISSING_LIMITS = [0.01, 0.05, 0.2, 0.5] as const;

/** The share that is missing, between 0 and 1; null where nothing was expected. More than expected is nothing missing. */
export function missingShare(expected: number, actual: number): number | null {
  return expected > 0 ? Math.min(Math.max(1 - actual / expected, 0), 1) : null;
}

/** The colour step of a share. */
export function missingStep(share: number): MissingStep {
  const step = MISSING_LIMITS.findIndex((limit) => share <= limit);
  return (step === -1 ? 5 : step + 1) as MissingStep;
}
