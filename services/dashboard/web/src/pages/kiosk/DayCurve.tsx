import { pathOf, type Domain } from "@/components/Sparkline";
import { formatNumber } from "@/format/numbers";
import type { Curve } from "@/houses/day";
import { useLanguage } from "@/i18n/language";

/** The last 24 hours, with three degrees to read it by. */
export function DayCurve({ curve, domain, label }: { curve: Curve | undefined; domain: Domain; label: string }) {
  const language = useLanguage();
  return (
    <figure className="kiosk-curve">
      <figcaption>{label}</figcaption>
      <div className="kiosk-plot">
        {ticksOf(domain).map((tick) => (
          <span key={tick} className="kiosk-tick" style={{ bottom: `${heightOf(tick, domain)}%` }}>
            {formatNumber(tick, 0, language)}°
          </span>
        ))}
        <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
          {ticksOf(domain).map((tick) => (
            <path key={tick} className="kiosk-grid" d={`M0 ${32 - (heightOf(tick, domain) * 32) / 100}H100`} vectorEffect="non-scaling-stroke" />
          ))}
          {curve ? <path className="kiosk-line" d={pathOf(curve, domain)} vectorEffect="non-scaling-stroke" /> : null}
        </svg>
      </div>
    </figure>
  );
}

/** Three whole degrees, evenly apart, within the domain. */
function ticksOf({ low, high }: Domain): number[] {
  const [first, last] = [Math.ceil(low), Math.floor(high)];
  const step = Math.max(1, Math.floor((last - first) / 2));
  return [first, first + step, first + 2 * step].filter((tick) => tick <= last);
}

/** Percent from the bottom, where the curve has it. */
function heightOf(value: number, { low, high }: Domain): number {
  return 100 * (2 / 32 + ((value - low) / (high - low)) * (28 / 32));
}
