import { expect, test } from "vitest";
import { houseHref, routeOf } from "@/router/routes";

test("addresses name their page", () => {
  expect(routeOf("/")).toEqual({ page: "overview" });
  expect(routeOf("/explore")).toEqual({ page: "explore" });
  expect(routeOf("/data-health")).toEqual({ page: "health" });
  expect(routeOf("/kiosk/")).toEqual({ page: "kiosk" });
});

test("a house's address holds any name", () => {
  const [project, house] = ["töe/1", "a b%"];
  expect(routeOf(houseHref(project, house))).toEqual({ page: "house", project, house });
});

test.each(["/nothing", "/house/only", "/house/a/b/c", "/explore/more", "/house/%ff"])("%s is no page", (path) => {
  expect(routeOf(path)).toEqual({ page: "unknown" });
});
