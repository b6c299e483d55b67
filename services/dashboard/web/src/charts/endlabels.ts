/** Names at the right ends of lines, moved apart where they would cover each other. */

/** The heights at which labels stand: as near to where they belong as `height` apart within the range allows.
 *
 * @param wanted where each belongs, in pixels from the top.
 * @returns as many heights, in the same order.
 */
export function spread(wanted: readonly number[], height: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = order.map((index) => Math.min(Math.max(wanted[index] ?? 0, top), bottom));
  for (let at = 1; at < placed.length; at += 1) {
    placed[at] = Math.max(placed[at] ?? 0, (placed[at - 1] ?? 0) + height);
  }
  // What was pushed beyond the bottom pushes back.
  let limit = bottom;
  for (let at = placed.length - 1; at >= 0; at -= 1) {
    placed[at] = Math.min(placed[at] ?? 0, limit);
    limit = (placed[at] ?? 0) - height;
  }
  const found = new Array<number>(wanted.length).fill(0);
  order.forEach((index, at) => {
    found[index] = placed[at] ?? 0;
  });
  return found;
}
