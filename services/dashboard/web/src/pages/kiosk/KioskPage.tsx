import "@/pages/kiosk/kiosk.css";
import { useEffect, useMemo, type CSSProperties } from "react";
import { useLiveState } from "@/api/live";
import { SIGNS } from "@/climate/verdict";
import { domainOf, type Domain } from "@/components/Sparkline";
import { forceTheme } from "@/components/theme";
import { useTitle } from "@/components/useTitle";
import { Value } from "@/components/Value";
import { formatDate } from "@/format/dates";
import { houseKey, type Curve } from "@/houses/day";
import type { HouseNow, Now } from "@/houses/model";
import { useDay, useHouses } from "@/houses/useHouses";
import { common } from "@/i18n/common";
import { houseTexts } from "@/i18n/houses";
import { kioskTexts } from "@/i18n/kiosk";
import { useLanguage, useTexts } from "@/i18n/language";
import { DayCurve } from "@/pages/kiosk/DayCurve";
import { labelHeight, screenOf, secondsOf } from "@/pages/kiosk/screen";
import { useNightlyReload } from "@/pages/kiosk/useNightlyReload";
import { remainder, useRotation, type Rotation } from "@/pages/kiosk/useRotation";
import { Link } from "@/router/Link";
import { useLocation } from "@/router/location";

const DAY = 86_400_000;
const LEAST_DEGREES = 6;
/** Air quality is no matter of single ppm at five metres. */
const PPM_STEP = 10;
/** The picture moves a little with each house, so that no screen burns in. */
const SHIFTS = ["0px, 0px", "3px, 2px", "-2px, 3px", "-3px, -2px", "2px, -3px"];

/** One house after the other, to be read from across the room. */
export default function KioskPage() {
  const { query } = useLocation();
  const t = useTexts(kioskTexts);
  const selection = useMemo(() => selectionOf(query), [query]);
  const { houses, now } = useHouses(selection);
  // By name: worst first would change places while it goes round.
  const sorted = useMemo(() => houses?.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })), [houses]);
  const rotation = useRotation(secondsOf(query));
  const zone = sorted?.[0]?.zone;
  const day = useDay(selection, sorted, now);
  useTitle(t.title);
  useNightlyReload(zone);
  useEffect(() => {
    forceTheme("dark");
    return () => forceTheme(null);
  }, []);
  useKeys(rotation);
  const style = { "--label": `${labelHeight(screenOf(query))}vh`, translate: SHIFTS[remainder(rotation.turn, SHIFTS.length)] } as CSSProperties;
  const at = sorted && sorted.length > 0 ? remainder(rotation.turn, sorted.length) : 0;
  const house = sorted?.[at];
  const curve = house && day.data?.curves.get(houseKey(house.project, house.id));
  return (
    <main className="kiosk" style={style}>
      {sorted && house !== undefined ? (
        <>
          <HouseScreen house={house} now={now} curve={curve} domain={domainOf(curve ? [curve] : [], now - DAY, now, LEAST_DEGREES)} />
          <Foot at={at} count={sorted.length} zone={house.zone} rotation={rotation} />
        </>
      ) : (
        <p className="kiosk-wait">{sorted ? t.none : t.waiting}</p>
      )}
    </main>
  );
}

function HouseScreen({ house, now, curve, domain }: { house: HouseNow; now: number; curve: Curve | undefined; domain: Domain }) {
  const t = useTexts(kioskTexts);
  const h = useTexts(houseTexts);
  const language = useLanguage();
  return (
    <>
      <header className="kiosk-head">
        <h1>{house.name}</h1>
        <time>{formatDate(now, "time", house.zone, language)}</time>
      </header>
      <div className="kiosk-now">
        <p className="kiosk-hero">
          <span className="hidden">{t.temperature} </span>
          <Value now={house.temperature} symbol="°C" at={now} />
        </p>
        <p className={`kiosk-verdict ${house.verdict.level}`}>
          <span>
            <span aria-hidden="true">{SIGNS[house.verdict.kind]}</span> {h.verdict[house.verdict.kind]}
          </span>
          {house.room ? <span className="kiosk-room">{house.room.name}</span> : null}
        </p>
      </div>
      <dl className="kiosk-facts">
        <Fact name={h.humidity} now={house.humidity} symbol="%" at={now} />
        <Fact name={h.co2} now={rounded(house.co2)} symbol="ppm" at={now} />
        <Fact name={h.power} now={house.power} symbol="W" at={now} />
      </dl>
      <DayCurve curve={curve} domain={domain} label={t.last24} />
    </>
  );
}

function Fact({ name, now, symbol, at }: { name: string; now: Now | null; symbol: string; at: number }) {
  if (now === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Value now={now} symbol={symbol} at={at} />
      </dd>
    </div>
  );
}

function Foot({ at, count, zone, rotation }: { at: number; count: number; zone: string; rotation: Rotation }) {
  const t = useTexts(kioskTexts);
  const c = useTexts(common);
  const language = useLanguage();
  const state = useLiveState();
  const isLost = state?.kind === "lost";
  return (
    <footer className="kiosk-foot">
      <span>{t.houseOf(at + 1, count)}</span>
      <span className="kiosk-tools">
        <button type="button" className="button quiet" aria-label={t.previous} onClick={() => rotation.move(-1)}>
          ‹
        </button>
        <button type="button" className="button quiet" aria-pressed={rotation.isHeld} onClick={() => rotation.hold(!rotation.isHeld)}>
          {rotation.isHeld ? c.resume : c.pause}
        </button>
        <button type="button" className="button quiet" aria-label={t.next} onClick={() => rotation.move(1)}>
          ›
        </button>
        <Link className="button quiet" href="/">
          {t.leave}
        </Link>
      </span>
      <span className={isLost ? "live live-lost" : `live live-${state?.kind ?? "connecting"}`} role="status">
        {isLost ? t.liveLost(formatDate(state.since, "time", zone, language)) : state?.kind === "live" ? c.live : c.connecting}
      </span>
    </footer>
  );
}

/** Space holds, arrows turn. */
function useKeys({ isHeld, hold, move }: Rotation): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      // On a button the space bar presses it.
      if (event.target instanceof HTMLButtonElement && event.key === " ") return;
      if (event.key === " ") hold(!isHeld);
      else if (event.key === "ArrowRight") move(1);
      else if (event.key === "ArrowLeft") move(-1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}

function selectionOf(query: URLSearchParams) {
  const [project, house] = [query.getAll("project"), query.getAll("house")];
  return { ...(project.length > 0 && { project }), ...(house.length > 0 && { house }) };
}

function rounded(now: Now | null): Now | null {
  return now && { ...now, value: Math.round(now.value / PPM_STEP) * PPM_STEP };
}
