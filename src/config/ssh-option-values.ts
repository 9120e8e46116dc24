import { AUTHENTICATION_METHODS, type AuthenticationMethod } from '../domain/ssh-settings.ts';
import { err, ok, type Result } from '../domain/result.ts';

/** OpenSSH's spellings of true and false. */
export function parseYesNo(text: string): Result<boolean, string> {
  if (/^(yes|true)$/i.test(text)) return ok(true);
  if (/^(no|false)$/i.test(text)) return ok(false);
  return err(`expected yes or no, got ${JSON.stringify(text)}`);
}

/** A time as sshd_config(5), TIME FORMATS: `90`, `1m30s`; `none` is undefined. */
export function parseTimeMs(text: string): Result<number | undefined, string> {
  if (/^none$/i.test(text)) return ok(undefined);
  const parts = [...text.matchAll(/(\d{1,6})([smhd]?)/gi)];
  if (text === '' || parts.map(([part]) => part).join('') !== text)
    return err(`expected a time such as 30 or 1m30s, got ${JSON.stringify(text)}`);
  const seconds = parts.map(([, count, unit = '']) => Number(count) * (UNITS[unit.toLowerCase()] ?? 1));
  return ok(1000 * seconds.reduce((sum, part) => sum + part, 0));
}

export function parseCount(text: string): Result<number, string> {
  return /^\d{1,6}$/.test(text) ? ok(Number(text)) : err(`expected a number, got ${JSON.stringify(text)}`);
}

export function parseAddressFamily(text: string): Result<4 | 6 | undefined, string> {
  switch (text.toLowerCase()) {
    case 'any':
      return ok(undefined);
    case 'inet':
      return ok(4);
    case 'inet6':
      return ok(6);
    default:
      return err(`expected any, inet or inet6, got ${JSON.stringify(text)}`);
  }
}

/** A list of algorithms; whether anybody knows them shows when a connection is made. */
export function parseAlgorithms(text: string): Result<string, string> {
  if (/^[-+^]?[A-Za-z0-9@.*?_-]+(,[A-Za-z0-9@.*?_-]+)*$/.test(text)) return ok(text);
  return err(`expected names of algorithms with commas, got ${JSON.stringify(text)}`);
}

/** Names under which known_hosts may keep a host: patterns there would match others as well. */
export function parseHostKeyAlias(text: string): Result<string, string> {
  if (/^[A-Za-z0-9_[][A-Za-z0-9_.:\]-]*$/.test(text)) return ok(text);
  return err(`expected a name without spaces, commas and wildcards, got ${JSON.stringify(text)}`);
}

/** The ways to log in that a PreferredAuthentications leaves us; those that only OpenSSH's client has are passed over. */
export function parseAuthentications(text: string): Result<readonly AuthenticationMethod[], string> {
  const names = text.toLowerCase().split(',');
  const unknown = names.find(
    (name) => !AUTHENTICATION_METHODS.some((own) => own === name) && !THEIRS.includes(name),
  );
  if (unknown !== undefined) return err(`${JSON.stringify(unknown)} is no way to log in`);
  return ok(AUTHENTICATION_METHODS.filter((own) => names.includes(own)));
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const THEIRS: readonly string[] = ['gssapi-with-mic', 'gssapi-keyex', 'gssapi', 'hostbased'];
