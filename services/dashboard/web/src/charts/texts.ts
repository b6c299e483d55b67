import { dictionary } from "@/i18n/dictionary";

export const chartTexts = dictionary(
  {
    chart: "chart",
    keys: "Arrow keys move the cursor, Shift by ten, up and down change the series, + and − zoom, 0 resets, T shows the table.",
    noData: (span: string) => `no data ${span}`,
    noReadings: "No readings in this range",
    soFar: "so far",
    latest: "Latest",
    comparison: "dashed",
    mean: (value: string) => `mean ${value}`,
    gaps: (count: number, length: string) => (count === 1 ? `one gap, ${length}` : `${count} gaps, ${length} in all`),
    noGap: "no gap",
    listOfGaps: "Gaps",
    moreGaps: (count: number) => `and ${count} more`,
    zone: (zone: string) => `Times of ${zone}`,
  },
  {
    chart: "kaavio",
    keys: "Nuolinäppäimet siirtävät kohdistinta, Vaihto kymmenen kerrallaan, ylös ja alas vaihtavat sarjaa, + ja − zoomaavat, 0 palauttaa, T näyttää taulukon.",
    noData: (span: string) => `ei tietoja ${span}`,
    noReadings: "Ei lukemia tällä aikavälillä",
    soFar: "tähän asti",
    latest: "Viimeisin",
    comparison: "katkoviiva",
    mean: (value: string) => `keskiarvo ${value}`,
    gaps: (count: number, length: string) => (count === 1 ? `yksi aukko, ${length}` : `${count} aukkoa, yhteensä ${length}`),
    noGap: "ei aukkoja",
    listOfGaps: "Aukot",
    moreGaps: (count: number) => `ja ${count} muuta`,
    zone: (zone: string) => `Ajat vyöhykkeellä ${zone}`,
  },
);

export type ChartTexts = (typeof chartTexts)["en"];
