const NONE = '–';
const MINUS = '−';

function signed(text: string): string {
  return text.startsWith('-') ? MINUS + text.slice(1) : text;
}

/** A count with thin grouping: 12,345. */
export function count(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? NONE : signed(Math.round(value).toLocaleString('en-US'));
}

/** A number with three significant digits, without trailing zeros. */
export function number(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return '0';
  if (Math.abs(value) >= 1000) return count(value);
  return signed(String(Number(value.toPrecision(3))));
}

/** A share as percent: at most two decimals, never rounded to a false zero or a false hundred. */
export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return NONE;
  const value = share * 100;
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return '< 0.01 %';
  if (size < 100 && size > 99.99) return '> 99.99 %';
  const decimals = size < 10 ? 2 : 1;
  return `${signed(String(Number(value.toFixed(decimals))))} %`;
}

/** Bytes with decimal prefixes: 3.1 MB. */
export function bytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(scaled) : Number(scaled.toPrecision(scaled < 10 ? 2 : 3))} ${units[unit] ?? 'B'}`;
}

/** Milliseconds as the two largest units: 6.2 ms, 1.8 s, 3 h 12 min, 4 d. */
export function millis(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  if (value < 0) return MINUS + millis(-value);
  if (value < 1000) return `${Number(value.toPrecision(value < 10 ? 2 : 3))} ms`;
  const seconds = value / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const total = Math.round(seconds);
  if (total < 3600) return join(Math.floor(total / 60), 'min', total % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 || (big >= 10 && bigUnit === 'd') ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** Milliseconds of an ISO-8601 duration such as P7D or PT1H30M; undefined when it is none. */
export function durationMillis(iso: string | undefined): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso ?? '');
  if (!match || iso === 'P' || iso?.endsWith('T')) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
}

export function duration(iso: string | undefined): string {
  return millis(durationMillis(iso));
}

/** A measured value in the unit of its clause. */
export function value(measured: number | undefined, unit: string | undefined): string {
  switch ((unit ?? '').toLowerCase()) {
    case 'share':
    case 'percent':
    case 'rate':
      return percent(measured);
    case 'pp':
      return measured === undefined ? NONE : `${number(measured * 100)} pp`;
    case '%':
      return percent(measured === undefined ? undefined : measured / 100);
    case 'bytes':
    case 'byte':
    case 'b':
      return bytes(measured);
    case 'ms':
    case 'millis':
      return millis(measured);
    case 's':
    case 'seconds':
    case 'duration':
      return millis(measured === undefined ? undefined : measured * 1000);
    case 'count':
    case 'rows':
      return count(measured);
    case '':
      return number(measured);
    default:
      return measured === undefined ? NONE : `${number(measured)} ${unit ?? ''}`;
  }
}

/** 95 % interval in the unit of its value: 0.26–0.63 %. */
export function interval(low: number | undefined, high: number | undefined, unit?: string): string {
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return '';
  const [a, b] = [value(low, unit), value(high, unit)];
  const tail = / (%|pp|ms|s|MB|kB)$/.exec(b)?.[0];
  return `${tail && a.endsWith(tail) ? a.slice(0, -tail.length) : a}–${b}`;
}

const OPS: Readonly<Record<string, string>> = { AT_MOST: '≤', AT_LEAST: '≥', BELOW: '<', ABOVE: '>', '<=': '≤', '>=': '≥' };

/** The sign of a comparison; unknown ones stay as they are. */
export function sign(op: string | undefined): string {
  return op === undefined ? '' : (OPS[op] ?? op);
}

/** The first characters of a digest, enough to recognise it. */
export function shortDigest(digest: string | undefined): string {
  if (!digest) return NONE;
  return digest.replace(/^sha256:/, '').slice(0, 8);
}

/** PROMOTED → promoted, ROLLED_BACK → rolled back. */
export function words(constant: string): string {
  return constant.toLowerCase().replaceAll('_', ' ');
}
