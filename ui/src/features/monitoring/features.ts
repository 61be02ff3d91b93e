import type { FeatureDrift, FeatureWeek } from '../../shared/api/types';
import { count, number } from '../../shared/lib/format';
import { day } from '../../shared/lib/time';

/** Fewer texts than this say nothing about a week. */
export const ENOUGH = 20;
/** As dark as it gets: half of the bins changed places. */
const FULL = 0.4;
const LEVEL = 0.05;

/** How one cell of the map is drawn, and what it says. */
export function looks(week: FeatureWeek, feature: string): { readonly open: boolean; readonly depth: number; readonly marked: boolean; readonly words: string } {
  const cell = week.cells.find((one) => one.feature === feature);
  const where = `${feature}, week of ${day(week.from)}`;
  if (!cell) return { open: true, depth: 0, marked: false, words: `${where}: one value in training, nothing to compare` };
  const open = week.n < ENOUGH;
  return {
    open,
    depth: Math.min(1, cell.beyondChance / FULL),
    marked: !open && cell.p <= LEVEL,
    words: `${where}: ${number(cell.beyondChance)} beyond chance (distance ${number(cell.distance)}, p ${number(cell.p)}) of ${count(week.n)} texts to ${week.version}`,
  };
}

/** The cell that is farthest away among those that chance does not explain. */
export function furthest(drift: FeatureDrift): { readonly feature: string; readonly from: string } | undefined {
  const cells = drift.weeks.filter(({ n }) => n >= ENOUGH).flatMap(({ from, cells: all }) => all.filter(({ p, beyondChance }) => p <= LEVEL && beyondChance > 0).map((cell) => ({ ...cell, from })));
  const [first] = cells.toSorted((a, b) => b.beyondChance - a.beyondChance);
  return first && { feature: first.feature, from: first.from };
}

export function driftCsv(drift: FeatureDrift): string {
  const rows = drift.weeks.flatMap((week) => week.cells.map((cell) => [week.from, week.to, week.version, week.n, cell.feature, cell.distance, cell.beyondChance, cell.p].join(',')));
  return `${['from,to,version,n,feature,distance,beyond_chance,p', ...rows].join('\n')}\n`;
}
