import type { ScalarValue } from './tree.ts';

/** What Python's `json` makes of a key that is no string: `true`, `null`, `1`, `1.0`; a date is its ISO 8601 text. */
export function jsonKey(value: ScalarValue): string {
  if (value === undefined) return 'null';
  return typeof value === 'number' ? jsonFloat(value) : String(value);
}

/** Keys that Python holds to be one, as `1`, `1.0` and `true` are; undefined for those that equal themselves only. */
export function equalNumber(value: ScalarValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? pythonFloat(value) : `${value < 0 ? '-' : ''}Infinity`;
}

/** Python's `repr` of a finite float: JavaScript's digits, always with a point, and with exponents from 1e16 and below 1e-4. */
export function pythonFloat(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power > 15) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const sign = Object.is(value, -0) ? '-' : '';
  return `${sign}${value}${Number.isInteger(value) ? '.0' : ''}`;
}
