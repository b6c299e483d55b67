import { dictionary } from "@/i18n/dictionary";
import type { Category, Season } from "@/climate/limits";

/** What the house's page says. */
export const housePage = dictionary(
  {
    rooms: "Rooms",
    plan: "Floor plan",
    colourBy: "Colour rooms by",
    noPlan: "The site file draws no rooms of this house.",
    noRooms: "This house has no rooms yet.",
    floor: (floor: number) => `Floor ${floor}`,
    old: "silent",
    none: "no data",
    below: (value: string) => `below ${value}`,
    above: (value: string) => `${value} and above`,
    allHouses: "All houses",
    unknown: "There is no such house here",
    unknownHint: "It may belong to a project that needs a key, or have another name.",
    climate: "Indoor climate, last 7 days",
    noClimate: "No hour of the last 7 days has a reading of temperature or carbon dioxide.",
    limit: "Limit",
    whose: "Whose",
    share: "Share of time",
    least: "Least in",
    allAlike: "all rooms alike",
    limitName: (doc: string, category: Category | null, season: Season | "any") =>
      `${doc === "STM 545/2015" ? "Decree 545/2015" : doc}${category ? `, category ${category}` : ", action limit"}${
        season === "any" ? "" : season === "heating" ? ", heating season" : ", outside the heating season"
      }`,
    method: "Share of the hourly means of all rooms; hours without a reading do not count. The standard means operative temperature; sensors measure the air's. Heating season is October to April.",
    outdoorCo2: (ppm: number) => `Limits of CO₂ stand above the air outside, taken as ${ppm} ppm.`,
    secondary: (doc: string, from: string) => `${doc}: read second-hand (${from}), not in its own text.`,
    leftOut: "Left out because they could not be checked: CO₂ in bedrooms, humidity, the minimum for the elderly.",
    day: "Last 24 hours",
    noDay: (quantity: string) => `No room measures this: ${quantity}.`,
    inExplore: "Open in Explore",
  },
  {
    rooms: "Huoneet",
    plan: "Pohjapiirros",
    colourBy: "Väritä huoneet",
    noPlan: "Kohdetiedosto ei piirrä tämän talon huoneita.",
    noRooms: "Tässä talossa ei ole vielä huoneita.",
    floor: (floor: number) => `${floor}. kerros`,
    old: "hiljaa",
    none: "ei dataa",
    below: (value: string) => `alle ${value}`,
    above: (value: string) => `vähintään ${value}`,
    allHouses: "Kaikki talot",
    unknown: "Tällaista taloa ei ole täällä",
    unknownHint: "Se voi kuulua projektiin, joka vaatii avaimen, tai olla toisenniminen.",
    climate: "Sisäilmasto, viimeiset 7 päivää",
    noClimate: "Viimeisten 7 päivän miltään tunnilta ei ole lämpötilan eikä hiilidioksidin lukemaa.",
    limit: "Raja",
    whose: "Kenen",
    share: "Osuus ajasta",
    least: "Vähiten",
    allAlike: "kaikki huoneet samoin",
    limitName: (doc: string, category: Category | null, season: Season | "any") =>
      `${doc === "STM 545/2015" ? "Asetus 545/2015" : doc}${category ? `, luokka ${category}` : ", toimenpideraja"}${
        season === "any" ? "" : season === "heating" ? ", lämmityskausi" : ", lämmityskauden ulkopuolella"
      }`,
    method: "Osuus kaikkien huoneiden tuntikeskiarvoista; tunteja ilman lukemaa ei lasketa. Standardi tarkoittaa operatiivista lämpötilaa, anturit mittaavat ilman lämpötilaa. Lämmityskausi on loka–huhtikuu.",
    outdoorCo2: (ppm: number) => `CO₂-rajat ovat ulkoilman päälle, ulkoilmaksi on otettu ${ppm} ppm.`,
    secondary: (doc: string, from: string) => `${doc}: luettu toissijaisesta lähteestä (${from}), ei omasta tekstistään.`,
    leftOut: "Pois jätetty, koska niitä ei voitu tarkistaa: makuuhuoneiden CO₂, kosteus, vanhusten vähimmäislämpötila.",
    day: "Viimeiset 24 tuntia",
    noDay: (quantity: string) => `Mikään huone ei mittaa tätä: ${quantity}.`,
    inExplore: "Avaa Tutki-sivulla",
  },
);
