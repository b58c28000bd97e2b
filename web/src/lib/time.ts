// Times as people read them. The server speaks UTC; here they are the reader's own.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const cache = new Map<string, Intl.DateTimeFormat>();

function format(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(language, options)));
  return found;
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/** For lists: the time today, the day this year, else the date. */
export function short(iso: string, language: string, now = new Date()): string {
  const date = new Date(iso);
  if (sameDay(date, now))
    return format(language, 'time', { hour: '2-digit', minute: '2-digit' }).format(date);
  if (date.getFullYear() === now.getFullYear()) {
    return format(language, 'day', { day: 'numeric', month: 'short' }).format(date);
  }
  return format(language, 'date', { day: 'numeric', month: 'short', year: 'numeric' }).format(date);
}

/** For tooltips: everything. */
export function full(iso: string, language: string): string {
  return format(language, 'full', { dateStyle: 'full', timeStyle: 'short' }).format(new Date(iso));
}

/** For messages: day and time. */
export function medium(iso: string, language: string, now = new Date()): string {
  const date = new Date(iso);
  if (sameDay(date, now)) return short(iso, language, now);
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return format(language, `medium ${year}`, {
    day: 'numeric',
    month: 'short',
    year,
    hour: '2-digit',
    minute: '2-digit',
  }).format(date);
}

/** How long ago: 3m, 5h, 2d. */
export function age(iso: string, now = Date.now()): string {
  const passed = Math.max(0, now - new Date(iso).getTime());
  if (passed < MINUTE) return '<1m';
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}m`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)}h`;
  return `${Math.floor(passed / DAY)}d`;
}

/** A length of time in its two largest units. */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ];
  const at = units.findIndex(([size]) => seconds >= size);
  if (at < 0) return `${Math.round(seconds)}s`;
  const [size, name] = units[at]!;
  const next = units[at + 1];
  const whole = `${Math.floor(seconds / size)}${name}`;
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return next && rest > 0 ? `${whole} ${rest}${next[1]}` : whole;
}

/** 12 kB, 3.4 MB. */
export function bytes(count: number, language: string): string {
  const unit = count < 1_000_000 ? 'kilobyte' : 'megabyte';
  const value = count < 1_000_000 ? Math.max(1, Math.round(count / 1000)) : Math.round(count / 100_000) / 10;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}
