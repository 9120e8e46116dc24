import { err, ok, type Result } from '../../domain/result.ts';

/** What a plain scalar looks like when YAML 1.1 takes it for a date or a time (yaml.org/type/timestamp.html). */
export const PLAIN_TIMESTAMP =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;

/** The ISO 8601 text of a date or a time, as Python's `isoformat` writes it. */
export function parseYamlTimestamp(text: string): Result<string, string> {
  const parts = TIMESTAMP.exec(text)?.groups;
  if (parts === undefined) return err(`expected a date, got ${JSON.stringify(text)}`);
  const date = isoDate(parts);
  if (date === undefined) return err(`there is no such date: ${JSON.stringify(text)}`);
  if (parts['hour'] === undefined) return ok(date);
  const time = isoTime(parts);
  const offset = isoOffset(parts);
  if (time === undefined || offset === undefined)
    return err(`there is no such time: ${JSON.stringify(text)}`);
  return ok(`${date}T${time}${offset}`);
}

type Parts = Readonly<Partial<Record<string, string>>>;

function isoDate(parts: Parts): string | undefined {
  const [year, month, day] = [Number(parts['year']), Number(parts['month']), Number(parts['day'])];
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lastDay = month === 2 && isLeapYear ? 29 : DAYS_OF_MONTHS[month - 1];
  if (year < 1 || lastDay === undefined || day < 1 || day > lastDay) return undefined;
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

function isoTime(parts: Parts): string | undefined {
  const [hour, minute, second] = [Number(parts['hour']), Number(parts['minute']), Number(parts['second'])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = (parts['fraction'] ?? '').slice(0, 6).padEnd(6, '0');
  const time = [hour, minute, second].map(twoDigits).join(':');
  return fraction === '000000' ? time : `${time}.${fraction}`;
}

function isoOffset(parts: Parts): string | undefined {
  if (parts['zone'] === undefined) return '';
  const minutes = Number(parts['zoneHour'] ?? 0) * 60 + Number(parts['zoneMinute'] ?? 0);
  if (minutes >= 24 * 60) return undefined;
  const sign = parts['sign'] === '-' && minutes > 0 ? '-' : '+';
  return `${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

const TIMESTAMP =
  /^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?)?$/;

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
