import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HostCalibration } from '../../src/domain/calibration.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { watchForChanges } from '../support/untouched.ts';

/** Answers nothing that comes from other hosts by ICMP. */
const MUTE = `nft 'add table inet mute; add chain inet mute input { type filter hook input priority 0; };
add rule inet mute input meta l4proto icmp drop'`;

describe('a calibration on three hosts', () => {
  const cluster = clusterOfFile();

  it('sees a host that stands still and a link that is silent, changes nothing, and refuses the profile', async () => {
    const changes = await watchForChanges(cluster().hosts);
    const measuring = cluster().run('calibrate', '--json');
    await sleep(8000);
    const still = cluster().host('cp3');
    await still.pause();
    await sleep(1500);
    await still.unpause();
    await cluster().script(cluster().host('cp2'), `${MUTE}; sleep 1.2; nft delete table inet mute`);

    const result = await measuring;
    const events = eventsOf(result);
    const measured = events.find(({ type }) => type === 'calibration')?.['hosts'] as HostCalibration[];
    const silence = (from: string, to: string): number => {
      const link = measured.find(({ host }) => host === from)?.links.find(({ peer }) => peer === to);
      if (link === undefined || 'because' in link.measured) throw new Error(`nothing of ${from} to ${to}`);
      return link.measured.longestMs;
    };
    expect(measured.map(({ host, links }) => [host, links.length])).toEqual([
      ['cp1', 2],
      ['cp2', 2],
      ['cp3', 2],
    ]);
    expect(measured.find(({ host }) => host === 'cp3')?.stalls.worstMs).toBeGreaterThanOrEqual(1300);
    expect(silence('cp1', 'cp2')).toBeGreaterThanOrEqual(1000);
    expect(await changes()).toEqual([]);

    expect(result.code).toBe(4);
    const profile = (events.find(({ type }) => type === 'verdict')?.['verdict'] as Verdict).checks.find(
      ({ name }) => name === 'profile',
    );
    expect(profile).toMatchObject({
      status: 'fail',
      hint: 'no profile is safe here: find out what holds these hosts or their network up',
    });
  });
});
