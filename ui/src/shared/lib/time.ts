import { millis } from './format';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number) => String(value).padStart(2, '0');

/** 9 Aug, always in UTC: product time has no place. */
export function day(iso: string): string {
  const at = new Date(iso);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''}`;
}

export function date(iso: string): string {
  return `${day(iso)} ${new Date(iso).getUTCFullYear()}`;
}

export function dateTime(iso: string): string {
  const at = new Date(iso);
  return `${date(iso)}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export function between(from: string, to: string): string {
  return millis(Math.max(0, Date.parse(to) - Date.parse(from)));
}

/** Age on the product's clock: now, 2 min, 3 d. */
export function age(iso: string, now: string): string {
  const passed = Date.parse(now) - Date.parse(iso);
  if (Number.isNaN(passed)) return '';
  if (passed < 60_000) return 'just now';
  const minutes = passed / 60_000;
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

/** A clock that differs from the machine's is a replay; it is named so. */
export function clockLabel(product: string | undefined, machine: number): string {
  if (!product) return 'clock';
  const distance = Math.abs(Date.parse(product) - machine);
  return distance < 3_600_000 ? 'wall clock' : `event clock · ${date(product)}`;
}
