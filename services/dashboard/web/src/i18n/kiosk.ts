import { dictionary } from "@/i18n/dictionary";

/** What the kiosk says. */
export const kioskTexts = dictionary(
  {
    title: "Kiosk",
    temperature: "Temperature",
    last24: "Temperature, last 24 h",
    houseOf: (n: number, all: number) => `house ${n} of ${all}`,
    liveLost: (time: string) => `not live since ${time}`,
    leave: "Leave",
    next: "Next house",
    previous: "Previous house",
    none: "No houses yet",
    waiting: "Waiting for the first answer",
  },
  {
    title: "Kioski",
    temperature: "Lämpötila",
    last24: "Lämpötila, viimeiset 24 h",
    houseOf: (n: number, all: number) => `talo ${n}/${all}`,
    liveLost: (time: string) => `ei suora klo ${time} alkaen`,
    leave: "Poistu",
    next: "Seuraava talo",
    previous: "Edellinen talo",
    none: "Ei vielä taloja",
    waiting: "Odotetaan ensimmäistä vastausta",
  },
);
