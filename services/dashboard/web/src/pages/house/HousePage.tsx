import "@/pages/house/house.css";
import { useMemo, useState } from "react";
import { seasonOf } from "@/climate/limits";
import { PAINTED, shadesOf } from "@/climate/shades";
import { ErrorStrip } from "@/components/ErrorStrip";
import { LiveBar, LiveLost } from "@/components/LiveBar";
import { Energy, Value } from "@/components/Value";
import { VerdictChip } from "@/components/VerdictChip";
import { useTitle } from "@/components/useTitle";
import type { HouseNow } from "@/houses/model";
import { useHouses, type Selection } from "@/houses/useHouses";
import { housePage } from "@/i18n/house";
import { houseTexts } from "@/i18n/houses";
import { useTexts } from "@/i18n/language";
import { Climate } from "@/pages/house/Climate";
import { DayCharts } from "@/pages/house/DayCharts";
import { FloorPlan } from "@/pages/house/FloorPlan";
import { paintedOf } from "@/pages/house/quantities";
import { RoomList } from "@/pages/house/RoomList";
import type { PageProps } from "@/pages/registry";
import { Link } from "@/router/Link";
import { navigate, useLocation, withQuery } from "@/router/location";

export default function HousePage({ route }: PageProps) {
  const { project, house: id } = route.page === "house" ? route : { project: "", house: "" };
  const selection = useMemo(() => ({ project: [project], house: [id] }), [project, id]);
  const [isPaused, setPaused] = useState(false);
  const { houses, asked, now, ahead } = useHouses(selection, isPaused);
  const house = houses?.[0];
  const zone = house?.zone ?? "Europe/Helsinki";
  useTitle(house?.name ?? id);
  if (asked.error?.status === 404 || houses?.length === 0) return <Unknown />;
  return (
    <div className="housepage">
      <div className="page-head">
        <h1>{house?.name ?? id}</h1>
        {house ? <VerdictChip verdict={house.verdict} /> : null}
        <LiveBar zone={zone} ahead={ahead} isPaused={isPaused} onPause={setPaused} />
      </div>
      <LiveLost zone={zone} />
      <ErrorStrip asked={asked} zone={zone} />
      {house ? <House house={house} selection={selection} now={now} isPaused={isPaused} /> : <div className="card placeholder" aria-hidden="true" />}
    </div>
  );
}

function House({ house, selection, now, isPaused }: { house: HouseNow; selection: Selection; now: number; isPaused: boolean }) {
  const t = useTexts(housePage);
  const h = useTexts(houseTexts);
  const { query } = useLocation();
  const quantity = paintedOf(query.get("quantity"));
  const shades = shadesOf(quantity, seasonOf(now, house.zone));
  return (
    <>
      <Facts house={house} now={now} />
      <div className="house-rooms">
        <section className="card" aria-labelledby="rooms">
          <h2 id="rooms">{t.rooms}</h2>
          {house.rooms.length > 0 ? <RoomList rooms={house.rooms} at={now} /> : <p className="muted">{t.noRooms}</p>}
        </section>
        <section className="card" aria-labelledby="plan">
          <div className="row">
            <h2 id="plan">{t.plan}</h2>
            <div className="segments" role="group" aria-label={t.colourBy}>
              {PAINTED.map((one) => (
                <button key={one} type="button" aria-pressed={one === quantity} onClick={() => navigate(withQuery({ quantity: one }), { replace: true })}>
                  {h[one]}
                </button>
              ))}
            </div>
          </div>
          <FloorPlan rooms={house.rooms} quantity={quantity} shades={shades} />
        </section>
      </div>
      <DayCharts house={house} selection={selection} quantity={quantity} now={now} isPaused={isPaused} />
      <Climate house={house} />
    </>
  );
}

/** The house as a whole. */
function Facts({ house, now }: { house: HouseNow; now: number }) {
  const t = useTexts(houseTexts);
  const rooms = house.rooms.filter(({ temperature }) => temperature && !temperature.isOld).length;
  return (
    <dl className="facts card">
      <div className="facts-first">
        <dt>
          {t.temperature}
          {rooms > 0 ? `, ${t.meanOfRooms(rooms)}` : ""}
        </dt>
        <dd>
          <Value now={house.temperature} symbol="°C" at={now} />
        </dd>
      </div>
      <div>
        <dt>{t.humidity}</dt>
        <dd>
          <Value now={house.humidity} symbol="%" at={now} />
        </dd>
      </div>
      <div>
        <dt>
          {t.co2}, {t.worstRoom}
        </dt>
        <dd>
          <Value now={house.co2} symbol="ppm" at={now} />
        </dd>
      </div>
      <div>
        <dt>
          {t.power}
          {house.meter ? `, ${house.meter}` : ""}
        </dt>
        <dd>
          <Value now={house.power} symbol="W" at={now} />
        </dd>
      </div>
      <div>
        <dt>{t.energyToday}</dt>
        <dd>
          <Energy amount={house.energy} />
        </dd>
      </div>
      {house.outdoor ? (
        <div>
          <dt>{t.outdoor}</dt>
          <dd>
            <Value now={house.outdoor} symbol="°C" at={now} />
          </dd>
        </div>
      ) : null}
      <div>
        <dt>{t.sensors}</dt>
        <dd>
          {house.devices.online}/{house.devices.all}
        </dd>
      </div>
    </dl>
  );
}

function Unknown() {
  const t = useTexts(housePage);
  return (
    <section className="notice">
      <h1>{t.unknown}</h1>
      <p>{t.unknownHint}</p>
      <Link href="/">{t.allHouses}</Link>
    </section>
  );
}
