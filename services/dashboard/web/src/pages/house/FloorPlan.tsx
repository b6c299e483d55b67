import type { CSSProperties } from "react";
import { shadeOf, type Painted, type Shade } from "@/climate/shades";
import { MeasureText } from "@/components/Value";
import { formatNumber, formatValue } from "@/format/numbers";
import type { RoomNow } from "@/houses/model";
import { useLanguage, useTexts } from "@/i18n/language";
import { floorsOf, type Floor } from "@/pages/house/plan";
import { housePage } from "@/i18n/house";
import { SYMBOLS } from "@/pages/house/quantities";

interface FloorPlanProps {
  rooms: readonly RoomNow[];
  quantity: Painted;
  shades: readonly Shade[];
}

/** Rooms in the colour of their value. The list beside it says the same in words. */
export function FloorPlan({ rooms, quantity, shades }: FloorPlanProps) {
  const t = useTexts(housePage);
  const floors = floorsOf(rooms);
  if (floors.length === 0) return <p className="muted">{t.noPlan}</p>;
  return (
    <figure className="plan">
      {floors.map((floor) => (
        <FloorPicture key={floor.floor} floor={floor} quantity={quantity} shades={shades} hasName={floors.length > 1} />
      ))}
      <figcaption>
        <Scale quantity={quantity} shades={shades} />
      </figcaption>
    </figure>
  );
}

function FloorPicture({ floor, quantity, shades, hasName }: { floor: Floor; quantity: Painted; shades: readonly Shade[]; hasName: boolean }) {
  const t = useTexts(housePage);
  return (
    <div className="floor">
      {hasName && floor.floor !== null ? <h3>{t.floor(floor.floor)}</h3> : null}
      <div className="floor-picture" style={{ aspectRatio: floor.width / floor.height, "--ratio": floor.width / floor.height } as CSSProperties}>
        <svg viewBox={`${floor.x} ${floor.y} ${floor.width} ${floor.height}`} aria-hidden="true">
          <defs>
            <pattern id="hatch" width="0.3" height="0.3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path d="M0 0V0.3" className="plan-hatch" />
            </pattern>
          </defs>
          {floor.rooms.map(({ room, points }) => (
            <polygon key={room.id} points={points} className={fillOf(room, quantity, shades)} vectorEffect="non-scaling-stroke" />
          ))}
        </svg>
        {floor.rooms.map(({ room, box }) => (
          <div
            key={room.id}
            aria-hidden="true"
            className={`plan-label ${fillOf(room, quantity, shades)}`}
            style={{ left: `${box.left}%`, top: `${box.top}%`, width: `${box.width}%`, height: `${box.height}%` }}
          >
            <RoomLabel room={room} quantity={quantity} />
          </div>
        ))}
      </div>
    </div>
  );
}

function RoomLabel({ room, quantity }: { room: RoomNow; quantity: Painted }) {
  const t = useTexts(housePage);
  const language = useLanguage();
  const now = room[quantity];
  return (
    <>
      <span className="plan-name">{room.name}</span>
      {now && !now.isOld ? (
        <span className="plan-value">
          <MeasureText measure={formatValue(now.value, SYMBOLS[quantity], language)} />
        </span>
      ) : (
        <span className="plan-name">{now ? t.old : t.none}</span>
      )}
    </>
  );
}

function fillOf(room: RoomNow, quantity: Painted, shades: readonly Shade[]): string {
  const now = room[quantity];
  if (!now || now.isOld) return "shade-none";
  return `shade-${shadeOf(now.value, shades)?.name ?? "none"}`;
}

/** What the colours mean. */
function Scale({ quantity, shades }: { quantity: Painted; shades: readonly Shade[] }) {
  const t = useTexts(housePage);
  const language = useLanguage();
  const [, ...bounded] = shades;
  return (
    <ol className="scale">
      <li className="muted">{SYMBOLS[quantity]}</li>
      <li className={`shade-${shades[0]?.name ?? "none"}`}>
        <span className="scale-swatch" />
        {t.below(formatNumber(bounded[0]?.from ?? 0, 0, language))}
      </li>
      {bounded.map((shade, at) => {
        const next = bounded[at + 1];
        const from = formatNumber(shade.from, 0, language);
        return (
          <li key={shade.name} className={`shade-${shade.name}`}>
            <span className="scale-swatch" />
            {next ? `${from}–${formatNumber(next.from, 0, language)}` : t.above(from)}
          </li>
        );
      })}
      <li className="shade-none">
        <span className="scale-swatch" />
        {t.none}
      </li>
    </ol>
  );
}
