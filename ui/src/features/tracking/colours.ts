const HUES = 12;

function hash(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) >>> 0;
  return sum;
}

/** A run's own colour, the same on every page. */
export const colourOf = (run: string): string => `run-${hash(run) % HUES}`;

/** Colours of runs side by side: each its own where it is free, else the next free one. */
export function coloursOf(runs: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  const colours = new Map<string, string>();
  for (const run of runs) {
    let hue = hash(run) % HUES;
    for (let tries = 0; taken.has(hue) && tries < HUES; tries += 1) hue = (hue + 5) % HUES;
    taken.add(hue);
    if (taken.size === HUES) taken.clear();
    colours.set(run, `run-${hue}`);
  }
  return colours;
}
