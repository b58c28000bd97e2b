// Times as people read them. The server speaks UTC; here they are the reader's own.

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

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** A length of time in its two largest units: 2d 3h. */
export function duration(seconds: number, language: string): string {
  const write = (value: number, unit: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' })
      .format(value)
      .replace(/\s/, '\u202f');
  const whole = Math.round(seconds);
  const at = UNITS.findIndex(([size]) => whole >= size || size === 1);
  const [size, unit] = UNITS[at]!;
  const next = UNITS[at + 1];
  const rest = next && next[1] !== 'second' ? Math.floor((whole % size) / next[0]) : 0;
  const first = write(Math.floor(whole / size), unit);
  return next && rest > 0 ? `${first} ${write(rest, next[1])}` : first;
}

/** 12 kB, 3.4 MB. */
export function bytes(count: number, language: string): string {
  const unit = count < 1_000_000 ? 'kilobyte' : 'megabyte';
  const value = count < 1_000_000 ? Math.max(1, Math.round(count / 1000)) : Math.round(count / 100_000) / 10;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}
