import { err, ok, type Result } from '../../domain/result.ts';

/** What a plain scalar looks like when YAML 1.1 takes it for an integer (yaml.org/type/int.html, as PyYAML reads it). */
export const PLAIN_INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/** The same for a float (yaml.org/type/float.html); PyYAML wants a dot, and a sign in the exponent. */
export const PLAIN_FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The integer of a scalar that is one, plain or by its tag; a few plain ones, such as `0x_`, are not any. */
export function parseYamlInteger(text: string): Result<bigint, string> {
  const { isNegative, digits } = unsigned(text.replaceAll('_', '').trim());
  const magnitude = integerOf(digits);
  if (magnitude === undefined || digits.length > MOST_DIGITS) {
    return err(`expected an integer, got ${JSON.stringify(text)}`);
  }
  return ok(isNegative ? -magnitude : magnitude);
}

export function parseYamlFloat(text: string): Result<number, string> {
  const { isNegative, digits } = unsigned(text.replaceAll('_', '').trim().toLowerCase());
  const magnitude = floatOf(digits);
  if (magnitude === undefined) return err(`expected a number, got ${JSON.stringify(text)}`);
  return ok(isNegative ? -magnitude : magnitude);
}

function unsigned(text: string): { readonly isNegative: boolean; readonly digits: string } {
  return { isNegative: text.startsWith('-'), digits: text.replace(/^[-+]/, '') };
}

function integerOf(digits: string): bigint | undefined {
  if (/^(?:0|[1-9][0-9]*|0b[01]+|0x[0-9a-fA-F]+)$/.test(digits)) return BigInt(digits);
  const octal = /^0o?([0-7]+)$/.exec(digits)?.[1];
  if (octal !== undefined) return BigInt(`0o${octal}`);
  if (!/^[1-9][0-9]*(?::[0-9]+)+$/.test(digits)) return undefined;
  return digits.split(':').reduce((value, part) => value * 60n + BigInt(part), 0n);
}

function floatOf(digits: string): number | undefined {
  if (/^\.?inf$/.test(digits)) return Infinity;
  if (/^\.?nan$/.test(digits)) return NaN;
  if (/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(digits)) return Number(digits);
  if (!/^[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?$/.test(digits)) return undefined;
  // From the right, as PyYAML adds: another order would round in another way.
  let base = 1;
  let value = 0;
  for (const part of digits.split(':').reverse()) {
    value += Number(part) * base;
    base *= 60;
  }
  return value;
}

/** Python makes no integer of a text with more (`sys.int_info.default_max_str_digits`). */
const MOST_DIGITS = 4300;
