import type { Result } from '../domain/result.ts';
import type { Cursor } from './text/cursor.ts';

/** The text of a variable that we use. Templates are refused: reading `{{ x }}` as a name would reach a wrong host. */
export function variableText(cursor: Cursor): string | undefined {
  const text = cursor.text();
  if (text === undefined) return undefined;
  const isUnsafe = cursor.node.kind === 'scalar' && cursor.node.tag === 'unsafe';
  const template = isUnsafe ? undefined : /\{[{%#].*/s.exec(text)?.[0];
  if (template === undefined) return text;
  cursor.failAt(template, 'templates are not supported yet', 'write the value itself');
  return undefined;
}

/** Reads a variable that we use with a parser of the domain; a refusal becomes a problem at its place. */
export function readVariable<T>(cursor: Cursor, parse: (text: string) => Result<T, string>): T | undefined {
  const text = variableText(cursor);
  if (text === undefined) return undefined;
  const parsed = parse(text);
  if (parsed.ok) return parsed.value;
  cursor.fail(parsed.error);
  return undefined;
}
