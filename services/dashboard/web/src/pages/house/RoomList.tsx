import { Age, Value } from "@/components/Value";
import { VerdictChip } from "@/components/VerdictChip";
import { formatValue } from "@/format/numbers";
import type { RoomNow } from "@/houses/model";
import { common } from "@/i18n/common";
import { houseTexts } from "@/i18n/houses";
import { useLanguage, useTexts } from "@/i18n/language";

const EMPTYING = 20;

/** The rooms as a table: what the floor plan shows, and all that it cannot. */
export function RoomList({ rooms, at }: { rooms: readonly RoomNow[]; at: number }) {
  const t = useTexts(houseTexts);
  const c = useTexts(common);
  const language = useLanguage();
  const hasBatteries = rooms.some(({ battery }) => battery !== null);
  return (
    <table className="rooms">
      <thead>
        <tr>
          <th scope="col">{t.room}</th>
          <th scope="col">{t.temperature}</th>
          <th scope="col">{t.humidity}</th>
          <th scope="col">{t.co2}</th>
          <th scope="col">{t.age}</th>
          {hasBatteries ? <th scope="col">{t.battery}</th> : null}
        </tr>
      </thead>
      <tbody>
        {rooms.map((room) => (
          <tr key={room.id}>
            <th scope="row">
              <span>{room.name}</span> {hasVerdict(room) ? <VerdictChip verdict={room.verdict} /> : null}
            </th>
            <td data-label={t.temperature}>
              <Value now={room.temperature} symbol="°C" at={at} />
            </td>
            <td data-label={t.humidity}>
              <Value now={room.humidity} symbol="%" at={at} />
            </td>
            <td data-label={t.co2}>
              <Value now={room.co2} symbol="ppm" at={at} />
            </td>
            <td data-label={t.age}>{room.heard > 0 ? <Age milliseconds={at - room.heard} /> : <span className="muted">{c.noData}</span>}</td>
            {hasBatteries ? (
              <td data-label={t.battery} className={room.battery !== null && room.battery < EMPTYING ? "emptying" : ""}>
                {room.battery === null ? <span className="muted">–</span> : formatValue(room.battery, "%", language).whole}
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Comfort needs no word, and a room without such sensors is not silent. */
function hasVerdict({ verdict, temperature, co2 }: RoomNow): boolean {
  return verdict.kind !== "comfortable" && (temperature !== null || co2 !== null);
}
