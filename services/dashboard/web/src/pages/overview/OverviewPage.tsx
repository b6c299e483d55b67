import "@/pages/overview/overview.css";
import { useState, type CSSProperties } from "react";
import { boundsOf, limitFor, seasonOf } from "@/climate/limits";
import { COMFORTABLE, SILENT, type Kind } from "@/climate/verdict";
import { ErrorStrip } from "@/components/ErrorStrip";
import { LiveBar, LiveLost } from "@/components/LiveBar";
import { domainOf } from "@/components/Sparkline";
import { formatNumber } from "@/format/numbers";
import { houseKey } from "@/houses/day";
import type { HouseNow } from "@/houses/model";
import { useDay, useHouses } from "@/houses/useHouses";
import { houseTexts } from "@/i18n/houses";
import { useLanguage, useTexts } from "@/i18n/language";
import { HouseCard } from "@/pages/overview/HouseCard";
import { SCALE } from "@/pages/overview/RangeBar";
import { useTitle } from "@/components/useTitle";

const EVERYTHING = {};
const DAY = 86_400_000;
/** A quiet day may look quiet, and an opened window like one. */
const LEAST_DEGREES = 2;
/** As many as fill a first screen; the real ones stand in the same places. */
const PLACEHOLDERS = 6;
/** So many houses fill a first screen with larger curves. */
const FEW = 6;

export default function OverviewPage() {
  const t = useTexts(houseTexts);
  const [isPaused, setPaused] = useState(false);
  const { houses, asked, now, ahead } = useHouses(EVERYTHING, isPaused);
  const zone = houses?.[0]?.zone ?? "Europe/Helsinki";
  const day = useDay(EVERYTHING, houses, now);
  const domain = domainOf(day.data?.curves.values() ?? [], now - DAY, now, LEAST_DEGREES);
  const projects = new Set(houses?.map(({ project }) => project));
  useTitle(t.houses);
  return (
    <div className="overview">
      <div className="page-head">
        <h1>{t.houses}</h1>
        <Headline houses={houses} />
        <LiveBar zone={zone} ahead={ahead} isPaused={isPaused} onPause={setPaused} />
      </div>
      <LiveLost zone={zone} />
      <ErrorStrip asked={asked.error ? asked : day} zone={zone} />
      {houses?.length === 0 ? <Empty /> : null}
      <ul className={houses && houses.length <= FEW ? "houses few" : "houses"} style={{ "--houses": houses?.length } as CSSProperties}>
        {houses
          ? houses.map((house) => {
              const key = houseKey(house.project, house.id);
              return (
                <li key={key}>
                  <HouseCard
                    house={house}
                    project={projects.size > 1 ? house.project : null}
                    curve={day.data?.curves.get(key)}
                    domain={domain}
                    today={day.data?.extremes.get(key)}
                    at={now}
                  />
                </li>
              );
            })
          : Array.from({ length: PLACEHOLDERS }, (_, at) => <li key={at} className="card house placeholder" aria-hidden="true" />)}
      </ul>
      {houses && houses.length > 0 ? <Legend zone={zone} now={now} /> : null}
    </div>
  );
}

/** "6 comfortable, 1 too warm, 1 silent": the answer before any card is read. */
function Headline({ houses }: { houses: HouseNow[] | undefined }) {
  const t = useTexts(houseTexts);
  if (!houses || houses.length === 0) return null;
  const counts = new Map<Kind, number>([[COMFORTABLE.kind, 0]]);
  for (const { verdict } of houses) counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  const order = (kind: Kind) => [COMFORTABLE.kind, SILENT.kind].indexOf(kind);
  const kinds = [...counts].sort(([a], [b]) => (order(a) === 0 ? -1 : order(b) === 0 ? 1 : order(a) - order(b)));
  return <p className="headline">{kinds.map(([kind, count]) => t.count[kind](count)).join(", ")}</p>;
}

function Empty() {
  const t = useTexts(houseTexts);
  return (
    <section className="notice">
      <h2>{t.empty}</h2>
      <p>{t.emptyHint}</p>
    </section>
  );
}

/** What the bars mean, once for all cards. */
function Legend({ zone, now }: { zone: string; now: number }) {
  const t = useTexts(houseTexts);
  const language = useLanguage();
  const limit = limitFor("temperature", "II", seasonOf(now, zone));
  const degrees = (value: number) => `${formatNumber(value, 0, language)}\u202f°C`;
  const bounds = limit && boundsOf(limit);
  const comfortable = bounds ? `${formatNumber(bounds.lower, 0, language)}–${formatNumber(bounds.upper, 0, language)}\u202f°C` : "";
  return <p className="muted legend">{t.scale(degrees(SCALE.low), degrees(SCALE.high), comfortable)}</p>;
}
