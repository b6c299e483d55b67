/** How the curves of a panel were made, in words. */

import type { Plan } from "./plans";
import { everyText, type ExploreTexts } from "./texts";

export function noteOf(plans: readonly Plan[], isRunning: boolean, isCompared: boolean, texts: ExploreTexts): string {
  const [plan] = plans;
  if (plan === undefined) {
    return "";
  }
  const length = plan.every === null ? "" : everyText(plan.every, texts);
  const made =
    plan.every === null
      ? texts.every
      : plan.aggregate === "delta"
        ? texts.gained(length)
        : texts.windows(length, texts.aggregates[plan.aggregate as keyof ExploreTexts["aggregates"]]);
  return [made, plan.hasBand && texts.band, isRunning && plan.shape !== "bar" && texts.running, isCompared && texts.dashed]
    .filter((text) => typeof text === "string")
    .join(" ");
}
