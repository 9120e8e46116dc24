import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutateScript } from '../../../src/domain/command.ts';
import { createLocalTransport } from '../../../src/transport/local.ts';
import { testTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { existsSync } from 'node:fs';
import { until } from '../../support/until.ts';

test('a payload shows in no process list and in no environment while its command runs', async () => {
  await using directory = await temporaryDirectory();
  const secret = 'correct-horse-battery-staple';
  const transport = createLocalTransport({ elevate: 'never' });
  await using session = await transport.connect(testTarget({ connection: 'local', knownHostsFiles: [] }));
  const started = `${directory.path}/started`;
  const running = session.mutate([
    { ...mutateScript('touch "$1"; sleep 0.5; cat >/dev/null', started), stdin: Buffer.from(secret) },
  ]);
  await until(() => existsSync(started));
  const visible = processesThatShow([secret, Buffer.from(secret).toString('base64')]);
  expect((await running)[0]?.exitCode).toBe(0);
  expect(visible).toEqual([]);
});

function processesThatShow(texts: readonly string[]): readonly string[] {
  const files = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return files.filter((file) => {
    const content = readIfThere(file);
    return texts.some((text) => content.includes(text));
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended in the meantime, or is somebody else's.
    return '';
  }
}
