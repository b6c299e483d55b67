/** What a key does to a chart. */

export type Command =
  | { readonly kind: "move"; readonly by: number }
  | { readonly kind: "end"; readonly at: "first" | "last" }
  | { readonly kind: "series"; readonly by: 1 | -1 }
  | { readonly kind: "zoom"; readonly into: boolean }
  | { readonly kind: "reset" | "table" | "leave" };

const FAR = 10;

/** The command of a key; null where the key means nothing here, or belongs to the browser. */
export function commandOf(event: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return null;
  }
  const step = event.shiftKey ? FAR : 1;
  switch (event.key) {
    case "ArrowLeft":
      return { kind: "move", by: -step };
    case "ArrowRight":
      return { kind: "move", by: step };
    case "Home":
      return { kind: "end", at: "first" };
    case "End":
      return { kind: "end", at: "last" };
    case "ArrowUp":
      return { kind: "series", by: -1 };
    case "ArrowDown":
      return { kind: "series", by: 1 };
    case "+":
    case "=":
      return { kind: "zoom", into: true };
    case "-":
    case "_":
      return { kind: "zoom", into: false };
    case "0":
      return { kind: "reset" };
    case "t":
    case "T":
      return { kind: "table" };
    case "Escape":
      return { kind: "leave" };
    default:
      return null;
  }
}

/** The next index with a value, some of them further on; it stays at the last there is. */
export function stepIndex(values: ArrayLike<unknown>, from: number | null, by: number): number | null {
  const direction = by < 0 ? -1 : 1;
  let left = Math.abs(by);
  let found = from;
  let at = from ?? (direction > 0 ? -1 : values.length);
  while (left > 0) {
    at += direction;
    if (at < 0 || at >= values.length) {
      return found;
    }
    if (typeof values[at] === "number") {
      found = at;
      left -= 1;
    }
  }
  return found;
}
