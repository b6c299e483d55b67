/** Which page an address means, and the address of a page. */
export type Route =
  | { page: "overview" }
  | { page: "house"; project: string; house: string }
  | { page: "explore" }
  | { page: "health" }
  | { page: "kiosk" }
  | { page: "unknown" };

export function routeOf(path: string): Route {
  const [first = "", ...rest] = path.split("/").filter(Boolean).map(decoded);
  const [project, house] = rest;
  if (first === "" && rest.length === 0) return { page: "overview" };
  if (first === "house" && project !== undefined && house !== undefined && rest.length === 2) return { page: "house", project, house };
  if (rest.length > 0) return { page: "unknown" };
  if (first === "explore" || first === "kiosk") return { page: first };
  if (first === "data-health") return { page: "health" };
  return { page: "unknown" };
}

export function houseHref(project: string, house: string): string {
  return `/house/${encodeURIComponent(project)}/${encodeURIComponent(house)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
