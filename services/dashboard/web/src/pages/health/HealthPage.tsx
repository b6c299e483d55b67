import "./health.css";

import { useNow } from "@/api/query";
import { ErrorStrip } from "@/components/ErrorStrip";
import { useTexts } from "@/i18n/language";

import { Completeness } from "./Completeness";
import { Counters } from "./Counters";
import { silentDevices } from "./devices";
import { Rejected } from "./Rejected";
import { healthTexts } from "./texts";
import { Troubles } from "./Troubles";
import { usePlaces, useSeries, useStatus, useStuck } from "./useHealth";

const CLOCK_MS = 10_000;

/** Does it add up, is every device heard, what is missing, and what was refused. */
export default function HealthPage() {
  const texts = useTexts(healthTexts);
  const now = useNow(CLOCK_MS);
  const status = useStatus();
  const series = useSeries();
  const stuck = useStuck();
  const places = usePlaces();
  const zone = places.houses[0]?.zone ?? "UTC";
  const silent = series.data && silentDevices(series.data.map(knownOf), now);
  return (
    <div className="health">
      <header>
        <h1>{texts.title}</h1>
        {status.data !== undefined && (
          <p className="health-answer">
            {answerOf({ ...status.data, silent: silent?.length ?? 0, stuck: stuck.data?.length ?? 0 }, texts)}
          </p>
        )}
      </header>
      <ErrorStrip asked={status} zone={zone} />
      {status.data === undefined && status.error === null && <div className="health-waiting card" />}
      <div className="health-top">
        {status.data !== undefined && <Counters status={status.data} />}
        <div className="health-column">
          <ErrorStrip asked={series} zone={zone} />
          <Troubles silent={silent} stuck={stuck.data} places={places} now={now} />
        </div>
      </div>
      <Completeness places={places} now={now} />
      <Rejected zone={zone} />
    </div>
  );
}

function knownOf<T extends { last: number | string; interval: number | null }>(series: T) {
  return { ...series, last: Number(series.last), interval: series.interval === null ? null : series.interval * 1000 };
}

/** The page's question answered in one sentence. */
function answerOf(
  found: { counters: { reconciles: boolean } | null; complete: boolean; silent: number; stuck: number },
  texts: (typeof healthTexts)["en"],
): string {
  if (found.counters === null) {
    return texts.noIngest;
  }
  const sum = !found.counters.reconciles ? texts.addsNot : found.complete ? texts.adds : texts.unanswered;
  const troubles = texts.troubles(found.silent, found.stuck);
  if (troubles === "" && found.counters.reconciles && found.complete) {
    return `${texts.allWell}.`;
  }
  return troubles === "" ? `${sum}.` : `${sum}; ${troubles}.`;
}
