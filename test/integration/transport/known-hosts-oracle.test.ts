import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownHostName, linesFor, parseKnownHosts } from '../../../src/transport/known-hosts.ts';
import { makeKey } from '../../support/ssh-keys.ts';
import { publicWords } from '../../support/ssh-home.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const sshKeygen = '/usr/bin/ssh-keygen';

test.runIf(existsSync(sshKeygen))(
  'known_hosts means to us what it means to ssh-keygen',
  { timeout: 60_000 },
  async () => {
    await using directory = await temporaryDirectory();
    const file = `${directory.path}/known_hosts`;
    const words = publicWords(makeKey());
    const name = fc.constantFrom(
      'lb1',
      'lb2',
      'LB1',
      'lb1.example.org',
      '192.0.2.1',
      '2001:db8::1',
      '*.example.org',
      'lb?',
    );
    const pattern = fc.oneof(
      name,
      name.map((text) => `!${text}`),
      name.map((text) => `[${text}]:2222`),
      fc.constantFrom('*', '[*]:2222', '?', '**', 'lb*1*', '|1|bad|hash', ''),
    );
    const line = fc
      .tuple(
        fc.constantFrom('', '@revoked ', '@cert-authority ', '# '),
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
      )
      .map(([marker, patterns]) => `${marker}${patterns.join(',')} ${words}`);
    const asked = fc.tuple(
      fc.constantFrom('lb1', 'Lb1', 'lb12', 'lb1.example.org', '192.0.2.1', '2001:db8::1'),
      fc.constantFrom(22, 2222),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 5 }),
        asked,
        fc.boolean(),
        async (lines, [host, port], hashed) => {
          await writeFile(file, `${lines.join('\n')}\n`);
          if (hashed) spawnSync(sshKeygen, ['-H', '-f', file]);
          const text = spawnSync('cat', [file], { encoding: 'utf8' }).stdout;
          const ours = linesFor(knownHostName(host, port), parseKnownHosts(text, file)).map(
            (found) => found.line,
          );
          const oracle = spawnSync(sshKeygen, ['-F', knownHostName(host, port), '-f', file], {
            encoding: 'utf8',
          });
          const theirs = [...oracle.stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
          expect({ text, ours }).toEqual({ text, ours: theirs });
        },
      ),
      { numRuns: 200 },
    );
  },
);

test.skipIf(existsSync(sshKeygen))(
  'known_hosts is compared with ssh-keygen: apt-get install openssh-client',
  () => {
    expect.fail('unreachable');
  },
);
