import type { Result } from '../domain/result.ts';
import type { Cursor } from './text/cursor.ts';

/** The text of a variable that we use: opened if it is encrypted, with the variables of its host that it refers to. */
export function variableText(cursor: Cursor): string | undefined {
  return cursor.text();
}

/** Reads a variable that we use with a parser of the domain; a refusal becomes a problem at its place. */
export function readVariable<T>(cursor: Cursor, parse: (text: string) => Result<T, string>): T | undefined {
  return cursor.read(parse);
}
