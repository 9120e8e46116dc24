import { existsSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createLocalTransport } from '../../../src/transport/local.ts';
import { testTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test(
  'of many who take, release and remove the same lock, never two hold it',
  { timeout: 60_000 },
  async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/lock`;
    const inside = `${directory.path}/inside`;
    const transport = createLocalTransport({ elevate: 'never' });
    const target = testTarget({ connection: 'local', knownHostsFiles: [] });
    let entered = 0;
    const contender = async (name: string): Promise<void> => {
      for (let mine = 0; mine < 8;) {
        await using session = await transport.connect(target);
        if (!(await session.lock(path, name)).held) continue;
        // Fails when somebody else is inside.
        await mkdir(inside);
        mine += 1;
        entered += 1;
        await rmdir(inside);
      }
    };
    await Promise.all(['ann', 'bob', 'cyd', 'dan'].map(contender));
    expect(entered).toBe(32);
    expect(existsSync(path) || existsSync(`${path}.owner`)).toBe(false);
  },
);
