import { useMemo, useRef } from "react";

import { navigate, useLocation, withQuery } from "@/router/location";

import { parseView, viewQuery, type Asked, type View } from "./view";

export interface Views {
  readonly view: View;
  readonly change: (changes: Partial<View>) => void;
  /** Goes to a range that can be left again. */
  readonly enter: (range: Asked) => void;
  /** Goes back to the range before; false where there is none. */
  readonly leave: () => boolean;
}

/** The view that the address holds, and its changes: each is a step of the browser's history. */
export function useView(): Views {
  const { query } = useLocation();
  const view = useMemo(() => parseView(query), [query]);
  const trail = useRef<Asked[]>([]);
  const change = (changes: Partial<View>): void => navigate(withQuery(viewQuery({ ...view, ...changes })));
  return {
    view,
    change,
    enter: (range) => {
      trail.current.push(view.range);
      change({ range });
    },
    leave: () => {
      const range = trail.current.pop();
      if (range === undefined) {
        return false;
      }
      change({ range });
      return true;
    },
  };
}
