/** A page that runs for weeks takes a new version once a night, and only when the server is there to give it. */
import { useEffect } from "react";
import { formatDate } from "@/format/dates";

const MINUTE = 60_000;
const NIGHT = "04";
const LEAST_AGE = 2 * 60 * MINUTE;

export function useNightlyReload(zone: string | undefined): void {
  useEffect(() => {
    if (zone === undefined) return undefined;
    const begun = Date.now();
    const timer = setInterval(() => {
      const isNight = formatDate(Date.now(), "time", zone, "en").startsWith(NIGHT);
      if (isNight && Date.now() - begun > LEAST_AGE) void reloadIfServed();
    }, MINUTE);
    return () => clearInterval(timer);
  }, [zone]);
}

/** Never into an error page. */
async function reloadIfServed(): Promise<void> {
  try {
    const answers = await Promise.all(["/", "/health/ready"].map((path) => fetch(path, { cache: "no-store" })));
    if (answers.every(({ ok }) => ok)) window.location.reload();
  } catch {
    // The server is away; the next minute, or the next night, will do.
  }
}
