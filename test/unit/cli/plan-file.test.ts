import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlanFile, refuseOtherFile, writePlanFile } from '../../../src/cli/plan-file.ts';
import { encodePlanFile } from '../../../src/engine/plan-file.ts';
import { proposeApply } from '../../../src/engine/propose.ts';
import { savePlan } from '../../../src/engine/saved-plan.ts';
import { hostName } from '../../support/branded.ts';
import { konvoyHa, type CliResult } from '../../support/cli.ts';
import { freshCluster } from '../../support/cluster.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { worldOf } from '../../support/world.ts';

const limit = new Set(['lb1', 'lb2', 'lb3'].map(hostName));
const VIEW = worldOf(freshCluster());
const PROPOSAL = proposeApply(VIEW, { limited: limit, snapshots: freshCluster(), absent: [] });
const PLAN = encodePlanFile(savePlan(VIEW, PROPOSAL, { tool: '0.0.9', salt: 'salt', limit }), {});

describe('the file of a plan', () => {
  test('is for its owner alone, replaces an older plan, and leaves nothing beside it', async () => {
    await using directory = await temporaryDirectory();
    const io = { cwd: directory.path };
    for (const text of [PLAN, `${PLAN}\n`]) {
      await refuseOtherFile(io, 'friday.plan');
      await writePlanFile(io, 'friday.plan', text);
      expect(await readPlanFile(io, 'friday.plan')).toBe(text);
    }
    expect((await stat(join(directory.path, 'friday.plan'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory.path)).toEqual(['friday.plan']);
  });

  test('never replaces anything else', async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, 'id_ed25519'), 'a key\n');
    await symlink('id_ed25519', join(directory.path, 'link'));
    for (const name of ['id_ed25519', 'link'])
      await expect(refuseOtherFile({ cwd: directory.path }, name)).rejects.toMatchObject({
        code: 'usage',
        message: `${name} is there already and is no plan; nothing was written`,
      });
    await expect(refuseOtherFile({ cwd: directory.path }, '.')).rejects.toMatchObject({ code: 'usage' });
    expect(await readFile(join(directory.path, 'id_ed25519'), 'utf8')).toBe('a key\n');
  });

  test('that cannot be written or read says why', async () => {
    await using directory = await temporaryDirectory();
    const io = { cwd: `${directory.path}/missing` };
    await expect(writePlanFile(io, 'p', PLAN)).rejects.toMatchObject({
      message: 'cannot write the plan p: no such folder',
      hints: ['name another place after -o'],
    });
    await expect(readPlanFile(io, 'p')).rejects.toMatchObject({
      message: 'cannot read the plan p: no such file',
    });
  });
});

describe('apply of a saved plan', () => {
  // Nobody is at these addresses, and nobody is asked: all of these end before the first connection.
  async function apply(...words: readonly string[]): Promise<CliResult> {
    await using directory = await temporaryDirectory();
    const hosts = ['lb1', 'lb2', 'lb3'].map((name, index) => [
      name,
      { ansible_host: `10.0.50.1${index + 1}` },
    ]);
    const document = {
      'control-plane': { hosts: Object.fromEntries(hosts) as unknown },
      all: { vars: { control_plane_endpoint: '10.0.50.20:6443', konvoy_ha_cluster: 'prod' } },
    };
    await writeFile(join(directory.path, 'inventory.yaml'), JSON.stringify(document));
    await writeFile(join(directory.path, 'friday.plan'), PLAN);
    return await konvoyHa(['apply', ...words], { cwd: directory.path });
  }

  test.each<readonly [string, readonly string[], readonly string[]]>([
    [
      'of another version is refused with what differs',
      ['friday.plan'],
      [
        'konvoy-ha: error: it was made by konvoy-ha 0.0.9, and this is ',
        'konvoy-ha: error: the plan that bob@desk saved at 2026-11-26T03:00:00.000Z is for something else; nothing was changed by this run',
        'konvoy-ha: hint: make a new one and look at it: konvoy-ha plan -o FILE',
      ],
    ],
    [
      'that is none is refused',
      ['inventory.yaml'],
      ['konvoy-ha: error: inventory.yaml is no plan of konvoy-ha'],
    ],
    ['that is not there is refused', ['monday.plan'], ['cannot read the plan monday.plan: no such file']],
    ['has its own limit', ['friday.plan', '--limit', 'lb1'], ['--limit cannot be given with a saved plan']],
    ['has its own order', ['friday.plan', '--serial', '1'], ['--serial cannot be given with a saved plan']],
  ])('%s', async (_, words, said) => {
    const { code, stderr } = await apply(...words);
    expect(code).toBe(10);
    for (const line of said) expect(stderr).toContain(line);
  });
});
