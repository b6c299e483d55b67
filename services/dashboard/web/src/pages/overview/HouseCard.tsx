import { Age, Energy, Value } from "@/components/Value";
import { Sparkline, type Domain } from "@/components/Sparkline";
import { VerdictChip } from "@/components/VerdictChip";
import { seasonOf } from "@/climate/limits";
import { formatDate } from "@/format/dates";
import { formatValue } from "@/format/numbers";
import type { Curve, Extremes } from "@/houses/day";
import type { HouseNow } from "@/houses/model";
import { houseTexts } from "@/i18n/houses";
import { useLanguage, useTexts } from "@/i18n/language";
import { RangeBar } from "@/pages/overview/RangeBar";
import { Link } from "@/router/Link";
import { houseHref } from "@/router/routes";

interface HouseCardProps {
  house: HouseNow;
  /** Shown where there are houses of several projects. */
  project: string | null;
  curve: Curve | undefined;
  domain: Domain;
  today: Extremes | undefined;
  at: number;
}

/** One house in a glance: how it is, where, since when, and the day so far. */
export function HouseCard({ house, project, curve, domain, today, at }: HouseCardProps) {
  const t = useTexts(houseTexts);
  const language = useLanguage();
  const { shown, place } = headline(house, t);
  const says = (value: number) => formatValue(value, "°C", language).whole;
  const since = beginOf(curve, domain);
  return (
    <article className={`card house ${house.verdict.level}`}>
      <header className="house-head">
        <h2>
          <Link href={houseHref(house.project, house.id)}>{house.name}</Link>
        </h2>
        <VerdictChip verdict={house.verdict} />
      </header>
      {project ? <p className="house-project muted">{project}</p> : null}
      <div className="house-now">
        <p className="house-value">
          <Value now={shown} symbol="°C" at={at} />
          <span className="house-place muted">{shown === null ? t.noReadings : place}</span>
        </p>
        <div className="house-curve">
          <Sparkline curve={curve} domain={domain} />
          {since === null ? null : <span className="house-since muted">{t.since(formatDate(since, "time", house.zone, language))}</span>}
        </div>
      </div>
      <RangeBar today={today} now={shown} season={seasonOf(at, house.zone)} />
      {today ? <p className="hidden">{t.today(says(today.low), says(today.high))}</p> : null}
      <dl className="house-facts">
        <div>
          <dt>{t.co2}</dt>
          <dd>
            <Value now={house.co2} symbol="ppm" at={at} />
          </dd>
        </div>
        <div>
          <dt>{t.energyToday}</dt>
          <dd>
            <Energy amount={house.energy} />
          </dd>
        </div>
        <div>
          <dt>{t.sensors}</dt>
          <dd className={house.devices.online < house.devices.all ? "incomplete" : ""}>
            {house.devices.online}/{house.devices.all}
          </dd>
        </div>
      </dl>
      {house.verdict.kind === "silent" && shown ? (
        <p className="house-silent muted">
          <Age milliseconds={at - shown.time} />
        </p>
      ) : null}
    </article>
  );
}

/** When (epoch ms) a curve begins that leaves most of its room empty; null for others. */
function beginOf(curve: Curve | undefined, { start, stop }: Domain): number | null {
  const first = curve?.time.find((_, at) => curve.value[at] !== null) ?? start;
  return first > (start + stop) / 2 ? first : null;
}

/** The temperature of the room that the verdict is about, else the mean; and which of them it is. */
function headline(house: HouseNow, t: { meanOfRooms: (n: number) => string }) {
  if (house.room?.temperature && !house.room.temperature.isOld) return { shown: house.room.temperature, place: house.room.name };
  const count = house.rooms.filter(({ temperature }) => temperature && !temperature.isOld).length;
  return { shown: house.temperature, place: count > 0 ? t.meanOfRooms(count) : "" };
}
