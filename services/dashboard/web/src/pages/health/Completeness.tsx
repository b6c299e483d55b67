import { useState } from "react";

import { ErrorStrip } from "@/components/ErrorStrip";
import { useTexts } from "@/i18n/language";
import { useIsWide } from "@/pages/explore/useScreen";

import { deviceRows, firstDay, type DeviceRow } from "./devices";
import { Heatmap } from "./Heatmap";
import { healthTexts } from "./texts";
import { useCompleteness, type Places } from "./useHealth";

const RANGES = [7, 14, 30, 90] as const;
const [FEW_DAYS, MANY_DAYS] = [7, 14];
/** A phone shows the devices that need somebody. */
const WORST = 10;

/** How much is missing of what each device should have sent, day by day. */
export function Completeness({ places, now }: { places: Places; now: number }) {
  const texts = useTexts(healthTexts);
  const isWide = useIsWide();
  const [chosen, setDays] = useState<number | null>(null);
  const [isAll, setAll] = useState(false);
  const days = chosen ?? (isWide ? MANY_DAYS : FEW_DAYS);
  const start = firstDay(places.houses.map(({ zone }) => zone), now, days);
  const asked = useCompleteness(places.isAnswered ? start : null);
  const rows = asked.data === undefined ? undefined : deviceRows(asked.data);
  const shown = rows === undefined || isAll || isWide ? rows : rows.slice(0, WORST);
  const placeOf = ({ project, house, rooms }: DeviceRow): string =>
    [...rooms.map((room) => places.roomName(project, house, room)), places.houseName(project, house)].join(", ");
  return (
    <section className="card health-completeness" aria-labelledby="health-completeness">
      <div className="row">
        <h2 id="health-completeness">{texts.completeness}</h2>
        <div className="segments" role="group" aria-label={texts.days}>
          {RANGES.map((count) => (
            <button key={count} type="button" aria-pressed={days === count} onClick={() => setDays(count)}>
              {texts.lastDays(count)}
            </button>
          ))}
        </div>
      </div>
      <p className="muted">{texts.completenessHint}</p>
      <ErrorStrip asked={asked} zone={places.houses[0]?.zone ?? "UTC"} />
      {rows === undefined && asked.error === null && <div className="health-waiting" />}
      {rows?.length === 0 && <p className="muted">{texts.noSeries}</p>}
      {shown !== undefined && shown.length > 0 && (
        <div className={asked.isOther ? "is-other" : undefined}>
          <Heatmap rows={shown} placeOf={placeOf} zoneOf={({ project, house }) => places.zoneOf(project, house)} />
        </div>
      )}
      {rows !== undefined && shown !== undefined && shown.length < rows.length && (
        <p className="row">
          {texts.worst(shown.length, rows.length)}
          <button type="button" className="button quiet" onClick={() => setAll(true)}>
            {texts.showAll}
          </button>
        </p>
      )}
    </section>
  );
}
