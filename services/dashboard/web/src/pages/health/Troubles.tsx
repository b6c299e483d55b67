import type { ReactNode } from "react";

import { durationText, momentText } from "@/charts/labels";
import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import type { Silent, Stuck } from "./devices";
import { healthTexts } from "./texts";
import type { Places } from "./useHealth";

/** Devices that are not heard, and sensors that say one and the same. */
export function Troubles({
  silent,
  stuck,
  places,
  now,
}: {
  silent: readonly Silent[] | undefined;
  stuck: readonly Stuck[] | undefined;
  places: Places;
  now: number;
}) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const placeOf = ({ project, house, room }: Stuck | Silent): string =>
    `${places.houseName(project, house)}, ${places.roomName(project, house, room)}`;
  return (
    <section className="card health-troubles" aria-labelledby="health-devices">
      <h2 id="health-devices">{texts.devices}</h2>
      {silent === undefined ? null : silent.length === 0 ? (
        <p className="health-fine">✓ {texts.noneSilent}</p>
      ) : (
        <Listing caption={texts.silent} hint={texts.silentHint} heads={[texts.device, texts.place, texts.last, texts.since, texts.usually]}>
          {silent.map((one) => {
            const zone = places.zoneOf(one.project, one.house);
            return (
              <tr key={one.key} data-device={one.device}>
                <th scope="row">{one.device}</th>
                <td>{placeOf(one)}</td>
                <td>{momentText(one.last, zone, locale(language))}</td>
                <td>{durationText(now - one.last)}</td>
                <td>{durationText(one.interval)}</td>
              </tr>
            );
          })}
        </Listing>
      )}
      {stuck === undefined ? null : stuck.length === 0 ? (
        <p className="health-fine">✓ {texts.noneStuck}</p>
      ) : (
        <Listing caption={texts.stuck} hint={texts.stuckHint} heads={[texts.device, texts.place, texts.value, texts.readings]}>
          {stuck.map((one) => (
            <tr key={`${one.project}/${one.house}/${one.room}/${one.device}/${one.quantity}`} data-device={one.device}>
              <th scope="row">{one.device}</th>
              <td>{placeOf(one)}</td>
              <td>
                {one.quantity} {one.value.toLocaleString(locale(language))}
              </td>
              <td>{one.readings.toLocaleString(locale(language))}</td>
            </tr>
          ))}
        </Listing>
      )}
    </section>
  );
}

function Listing({ caption, hint, heads, children }: { caption: string; hint: string; heads: readonly string[]; children: ReactNode }) {
  return (
    <div className="health-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>
          <strong>{caption}</strong> <span className="muted">{hint}</span>
        </caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
