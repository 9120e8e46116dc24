import { describe, expect, test } from 'vitest';
import type { HostCalibration } from '../../../src/domain/calibration.ts';
import { affordable, judgeCalibration, judgeMoment } from '../../../src/plan/calibration.ts';
import { advertIntervalMs, hostName, ip } from '../../support/branded.ts';
import { ENDPOINT } from '../../support/cluster.ts';

/** cp1 with its link to cp2, which answered as many pings as it was silent short. */
function cp1(stallMs: number, silenceMs: number, { samples = 1200, answered = 598 } = {}): HostCalibration {
  return {
    host: hostName('cp1'),
    stalls: { samples, worstMs: stallMs },
    links: [
      {
        peer: hostName('cp2'),
        address: ip('192.0.2.2'),
        measured: { sent: 600, answered, longestMs: silenceMs },
      },
    ],
  };
}

const every = (milliseconds: number): typeof ENDPOINT => ({
  ...ENDPOINT,
  settings: { ...ENDPOINT.settings, advertIntervalMs: advertIntervalMs(milliseconds) },
});

const rows = (measured: readonly HostCalibration[], intervalMs = 500): readonly string[] =>
  judgeCalibration(measured, every(intervalMs)).map(({ name, status, evidence, hint }) =>
    [status, name, evidence, ...(hint === undefined ? [] : [hint])].join(' | '),
  );

describe('a calibration', () => {
  test.each<readonly [number, readonly string[]]>([
    [0, ['fast', 'balanced', 'safe']],
    [250, ['fast', 'balanced', 'safe']],
    [251, ['balanced', 'safe']],
    [500, ['balanced', 'safe']],
    [501, ['safe']],
    [1000, ['safe']],
    [1001, []],
  ])('with %i ms of silence says which profiles are safe', (silenceMs, profiles) => {
    expect(affordable(silenceMs)).toEqual(profiles);
  });

  test('of calm hosts passes, with the numbers', () => {
    expect(rows([cp1(20, 52)])).toEqual([
      'pass | stalls | stood still for at most 20 ms, looked 1200 times',
      'pass | link | cp2 (192.0.2.2) answered 598 of 600 pings, with 52 ms of silence at most',
      'pass | profile | profile balanced (an advert every 500 ms): the longest silence was 52 ms (cp1 to cp2); safe here: fast, balanced, safe',
    ]);
  });

  test.each<readonly [string, HostCalibration, number, string]>([
    [
      'of a host that stands still',
      cp1(700, 52),
      500,
      'fail | profile | profile balanced (an advert every 500 ms): the longest silence was 700 ms (cp1); a backup can take the VIP from an active that is well | choose the profile safe: the VIP then moves later, but only when it has to',
    ],
    [
      'of a link that is silent',
      cp1(20, 300),
      250,
      'fail | profile | profile fast (an advert every 250 ms): the longest silence was 300 ms (cp1 to cp2); a backup can take the VIP from an active that is well | choose the profile balanced: the VIP then moves later, but only when it has to',
    ],
    [
      'that no profile can keep up with',
      cp1(20, 4000),
      1000,
      'fail | profile | profile safe (an advert every 1000 ms): the longest silence was 4000 ms (cp1 to cp2); a backup can take the VIP from an active that is well | no profile is safe here: find out what holds these hosts or their network up',
    ],
    [
      'with an interval of its own that is long enough',
      cp1(20, 1500),
      2000,
      'pass | profile | an advert every 2000 ms: the longest silence was 1500 ms (cp1 to cp2); safe here: an advert every 2000 ms',
    ],
    [
      'whose hosts may not ping each other goes by what the host saw of itself',
      cp1(30, 30_000, { answered: 0 }),
      500,
      'pass | profile | profile balanced (an advert every 500 ms): the longest silence was 30 ms (cp1); safe here: fast, balanced, safe',
    ],
    [
      'of which nothing is known',
      { host: hostName('cp1'), stalls: { samples: 0, worstMs: 0 }, links: [] },
      500,
      'warn | profile | nothing could be measured for profile balanced (an advert every 500 ms) | the host has no /proc/uptime, or its sleep takes no fractions of a second',
    ],
  ])('%s says so', (_, measured, intervalMs, expected) => {
    expect(rows([measured], intervalMs).at(-1)).toBe(expected);
  });

  test.each<readonly [string, HostCalibration, string]>([
    [
      'that answers no ping',
      cp1(20, 30_000, { answered: 0 }),
      'warn | link | cp2 (192.0.2.2) answered none of 600 pings | let the hosts ping each other, to know how steady the link is',
    ],
    [
      'that cannot be asked',
      {
        ...cp1(20, 0),
        links: [
          {
            peer: hostName('cp2'),
            address: ip('192.0.2.2'),
            measured: { because: 'there is no ping' },
          },
        ],
      },
      'warn | link | cp2 (192.0.2.2) could not be asked: there is no ping | let the hosts ping each other, to know how steady the link is',
    ],
  ])('warns of a peer %s', (_, measured, expected) => {
    expect(rows([measured])[1]).toBe(expected);
  });

  test('of a moment is one row, and never more than a warning', () => {
    const [calm, ...others] = judgeMoment([cp1(20, 52)], ENDPOINT);
    expect([calm?.status, others]).toEqual(['pass', []]);
    expect(judgeMoment([cp1(700, 52)], ENDPOINT).map(({ status }) => status)).toEqual(['warn']);
  });
});
