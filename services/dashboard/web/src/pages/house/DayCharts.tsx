import { useMemo } from "react";
import type { LiveFilter } from "@/api/live";
import type { Painted } from "@/climate/shades";
import { ErrorStrip } from "@/components/ErrorStrip";
import type { HouseNow } from "@/houses/model";
import { useSeries, type Selection } from "@/houses/useHouses";
import { housePage } from "@/i18n/house";
import { houseTexts } from "@/i18n/houses";
import { useLanguage, useTexts } from "@/i18n/language";
import { entriesOf, type Entry } from "@/pages/explore/catalogue";
import type { Chosen } from "@/pages/explore/choice";
import { Panels } from "@/pages/explore/Panels";
import { useCharts } from "@/pages/explore/useCharts";
import { useIsWide } from "@/pages/explore/useScreen";
import { exploreHref, FIRST_VIEW, type Asked, type View } from "@/pages/explore/view";
import { chosenRooms } from "@/pages/house/day";
import { Link } from "@/router/Link";
import { navigate } from "@/router/location";

const DAY: View = { ...FIRST_VIEW, range: { last: "24h" } };

interface DayChartsProps {
  house: HouseNow;
  selection: Selection;
  quantity: Painted;
  now: number;
  isPaused: boolean;
}

/** The last 24 hours of the chosen quantity, a line a room; where there are many rooms, several charts. */
export function DayCharts({ house, selection, quantity, now, isPaused }: DayChartsProps) {
  const t = useTexts(housePage);
  const h = useTexts(houseTexts);
  const language = useLanguage();
  const { data } = useSeries(selection);
  const entries = useMemo(() => {
    const rooms = house.rooms.map(({ id, name }) => ({ project: house.project, house: house.id, id, name }));
    return entriesOf(data ?? [], { houses: [house], rooms, quantities: [] }, language);
  }, [data, language, house]);
  const charts = useMemo(() => chosenRooms(entries, house.rooms.map(({ id }) => id), quantity, h[quantity], now), [entries, house, quantity, h, now]);
  return (
    <section className="card day" aria-labelledby="day">
      <h2 id="day">{t.day}</h2>
      {data === undefined ? <div className="day-waiting" aria-hidden="true" /> : null}
      {data !== undefined && charts.length === 0 ? <p className="muted">{t.noDay(h[quantity])}</p> : null}
      {charts.map((chosen) => (
        <DayChart key={chosen.map(({ entry }) => entry.room).join("/")} entries={entries} chosen={chosen} heard={isPaused ? null : selection} />
      ))}
    </section>
  );
}

function DayChart({ entries, chosen, heard }: { entries: readonly Entry[]; chosen: readonly Chosen[]; heard: LiveFilter | null }) {
  const t = useTexts(housePage);
  const isWide = useIsWide();
  const { asked, panels, plans, range, zone, isCompared } = useCharts(entries, chosen, DAY, heard);
  const view: View = { ...DAY, picked: chosen.map(({ entry, slot }) => ({ path: entry.path, slot })) };
  const go = (asking: Asked, isTable = false) => navigate(exploreHref({ ...view, range: asking, isTable }));
  return (
    <>
      <ErrorStrip asked={asked} zone={zone} />
      {panels ? (
        <Panels
          panels={panels}
          sync="day"
          plans={plans}
          isOther={asked.isOther}
          isCompared={isCompared}
          isWide={isWide}
          onSelect={(start, stop) => go({ start, stop })}
          onCommand={({ kind }) => {
            // What a chart of its own page can do is done there.
            if (kind === "zoom") go(range);
            else if (kind === "table") go(DAY.range, true);
          }}
          onRange={go}
        />
      ) : (
        <div className="day-waiting" aria-hidden="true" />
      )}
      <p>
        <Link href={exploreHref(view)}>{t.inExplore}</Link>
      </p>
    </>
  );
}
