import { expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { CliProcess } from '../support/cli-process.ts';
import { leftovers, lockedHosts } from '../support/undone.ts';

const cluster = clusterOfFile({ hosts: 2 });

it('of two applies at once exactly one works, and the other says who holds the lock', async () => {
  for (let round = 1; round <= 3; round += 1) {
    // Each round has something to change: the VRID is another one each time.
    await cluster().configure({ vrid: 60 + round });
    await using one = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
    await using other = new CliProcess('apply', '--yes', '-i', cluster().lab.inventoryPath);
    const ends = await Promise.all([one.end(), other.end()]);
    expect(ends.map(({ code }) => code).toSorted(), `round ${round}`).toEqual([0, 11]);
    const loser = ends.find(({ code }) => code === 11);
    expect(loser?.events.at(-1)).toMatchObject({
      type: 'exit',
      error: { code: 'lock-held', message: expect.stringMatching(/is locked: \S+@\S+ runs apply/) as string },
    });
  }
  expect(await lockedHosts(cluster())).toEqual([]);
  expect(await leftovers(cluster())).toEqual([]);
  expect(await cluster().owners()).toHaveLength(1);
});
