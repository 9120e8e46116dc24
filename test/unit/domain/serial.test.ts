import { describe, expect, test } from 'vitest';
import { batchSize, formatSerial, parseSerial } from '../../../src/domain/serial.ts';

describe('--serial', () => {
  test.each([
    ['1', 7, 1],
    ['3', 7, 3],
    ['12', 7, 12],
    ['30%', 7, 2],
    ['30%', 3, 1],
    ['1%', 100, 1],
    ['50%', 4, 2],
    ['100%', 7, 7],
  ])('%s of %i hosts is %i at a time, as with Ansible', (text, hosts, expected) => {
    const serial = parseSerial(text);
    if (!serial.ok) throw new Error(serial.error);
    expect(batchSize(serial.value, hosts)).toBe(expected);
    expect(formatSerial(serial.value)).toBe(text);
  });

  test.each(['', '0', '0%', '101%', '-1', '1.5', '2 ', '10000', '%', '1%%', 'all'])('is not %j', (text) => {
    expect(parseSerial(text)).toEqual({
      ok: false,
      error: `expected a number of hosts from 1, or a share like 30%, got ${JSON.stringify(text)}`,
    });
  });
});
