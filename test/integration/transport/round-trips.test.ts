import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { probe, type Probe } from '../../../src/domain/command.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { fewestRoundTrips, FlightCounter } from '../../support/flight-counter.ts';
import { LoginUser, sudoIsAvailable } from '../../support/login-user.ts';
import { Resources } from '../../support/resources.ts';
import { sshHome } from '../../support/ssh-home.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { chmod } from 'node:fs/promises';

const isAvailable = sshdIsAvailable && sudoIsAvailable;

// What a run costs where the network is far away; that it is fast here says nothing.
describe.runIf(isAvailable)('to log in, become root, ask once and hang up takes', () => {
  const one = [probe('true')];
  const twenty = Array.from({ length: 20 }, (_, n) => probe('echo', String(n)));
  const large = [{ ...probe('cat'), stdin: randomBytes(100_000) }];
  const small = [{ ...probe('cat'), stdin: randomBytes(60_000) }];
  const NOPASSWD = 'USER ALL=(root) NOPASSWD: /bin/sh -s';
  const ASKS = 'USER ALL=(root) /bin/sh';

  test.each<Case>([
    { trips: 9, case: 'without a password', rule: NOPASSWD, batches: [one] },
    { trips: 9, case: 'with twenty probes at once', rule: NOPASSWD, batches: [twenty] },
    { trips: 9, case: 'with a file', rule: NOPASSWD, batches: [small] },
    { trips: 10, case: 'with a second batch', rule: NOPASSWD, batches: [one, one] },
    { trips: 10, case: 'with a large file', rule: NOPASSWD, batches: [large] },
    { trips: 9, case: 'with a password that is not wanted', rule: NOPASSWD, batches: [one], gives: true },
    { trips: 10, case: 'with a password that is wanted', rule: ASKS, batches: [one], gives: true },
  ])('$trips round trips $case', { timeout: 60_000 }, async ({ trips, rule, batches, gives = false }) => {
    await using resources = new Resources();
    const home = resources.use(await sshHome());
    using user = LoginUser.create({ sudoers: [rule] });
    const { path: directory } = resources.use(await temporaryDirectory());
    await chmod(directory, 0o755);
    const sshd = resources.use(await Sshd.start({ directory, authorized: [home.key] }));
    const counted = async (): Promise<number> => {
      await using counter = await FlightCounter.to(sshd.port);
      await home.trust(counter.port, sshd.hostKeys[0] ?? expect.fail());
      const become = { method: 'sudo', ...(gives ? { password: new Secret(user.password) } : {}) } as const;
      const target = home.target({ port: counter.port, user: user.name, become });
      const session = await home.transport().connect(target);
      for (const batch of batches) await session.probe(batch);
      await session[Symbol.asyncDispose]();
      return counter.roundTrips;
    };
    expect(await fewestRoundTrips(counted)).toBe(trips);
  });
});

test.skipIf(isAvailable)(
  'round trips are counted: needs root and apt-get install openssh-server sudo',
  () => undefined,
);

interface Case {
  readonly trips: number;
  readonly case: string;
  readonly rule: string;
  readonly batches: readonly (readonly Probe[])[];
  /** Whether a password for sudo is given. */
  readonly gives?: boolean;
}
