import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { mutate, probeScript, stderrOf, stdoutOf } from '../../../src/domain/command.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { writeFile as writing } from '../../../src/resources/file.ts';
import type { Session } from '../../../src/transport/transport.ts';
import { LoginUser, sudoIsAvailable } from '../../support/login-user.ts';
import { Resources } from '../../support/resources.ts';
import { sshHome } from '../../support/ssh-home.ts';
import { Sshd, sshdIsAvailable } from '../../support/sshd.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const isAvailable = sshdIsAvailable && sudoIsAvailable;

/** What a shell reads when sshd starts it for a command, and how it is made unbearable in that shell's own words. */
const NOISE = 'echo "Password: "; echo "tcsh: No entry for terminal type" >&2; printf "no newline"';
const SHELLS = [
  {
    shell: '/bin/bash',
    rc: '.bashrc',
    text: `umask 000\nset -x\nalias exec=false id=false\n${NOISE}\nsleep 1\ncd /tmp\n`,
  },
  {
    shell: '/bin/zsh',
    rc: '.zshenv',
    text: `umask 000\nsetopt XTRACE\nexport PATH=/nowhere\n${NOISE}\nunalias -a\n`,
  },
  {
    shell: '/bin/tcsh',
    rc: '.cshrc',
    text: 'umask 000\nset echo\nset histchars\necho "no newline"\nsetenv LC_ALL de_DE.UTF-8\n',
  },
  {
    shell: '/usr/bin/fish',
    rc: '.config/fish/config.fish',
    text: `umask 000\n${NOISE}\nset -gx LC_ALL de_DE.UTF-8\nfish_vi_key_bindings\n`,
  },
].filter(({ shell }) => existsSync(shell));

// sshd gives our command to the user's login shell, whatever that is and whatever its files do.
describe.runIf(isAvailable).each(SHELLS)('a login by $shell with a hurtful $rc', ({ shell, rc, text }) => {
  test.each(['ALL=(root) NOPASSWD: /bin/sh -s', 'ALL=(root) ALL'])(
    'gives a root shell as any other: %s',
    async (rule) => {
      await using host = await hostOf({ shell, files: { [rc]: text }, sudoers: [`USER ${rule}`] });
      await using session = await host.connect();
      const [result] = await session.probe([
        probeScript('id -u; umask; pwd; echo "$LC_ALL"; printf "é" | wc -c'),
      ]);
      expect(
        stdoutOf(result ?? expect.fail())
          .split('\n')
          .map((line) => line.trim()),
      ).toEqual(['0', '0022', '/', 'C', '2', '']);
      await using place = await temporaryDirectory();
      const made = await session.mutate([
        mutate('touch', `${place.path}/touched`),
        writing(`${place.path}/written`, {
          content: Buffer.from('a\0b'),
          mode: 0o600,
          owner: 'root',
          group: 'root',
        }),
      ]);
      expect(made.map(({ exitCode, stderr }) => [exitCode, Buffer.from(stderr).toString()])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      expect((await stat(`${place.path}/touched`)).mode & 0o777).toBe(0o644);
      expect(await readFile(`${place.path}/written`, 'utf8')).toBe('a\0b');
    },
  );
});

describe.runIf(isAvailable)('a host', () => {
  test('with a banner, a motd and much noise gives a root shell', async () => {
    await using host = await hostOf({
      shell: '/bin/bash',
      files: { '.bashrc': 'head -c 3000000 /dev/zero | tr "\\0" x; head -c 3000000 /dev/zero >&2\n' },
      sudoers: ['USER ALL=(root) ALL', 'Defaults:USER lecture=always'],
      banner: 'Authorised use only\nPassword: \n',
    });
    await using session = await host.connect();
    const [result] = await session.probe([probeScript('id -u')]);
    expect(stdoutOf(result ?? expect.fail())).toBe('0\n');
  });

  test('whose /tmp is full takes files and large payloads', async () => {
    await using host = await hostOf({ shell: '/bin/sh', sudoers: ['USER ALL=(root) NOPASSWD: /bin/sh -s'] });
    await using disk = await fullDisk();
    await using session = await host.connect({ TMPDIR: disk.path });
    await using place = await temporaryDirectory();
    const content = Buffer.alloc(200_000, 7);
    const [written] = await session.mutate([
      writing(`${place.path}/file`, { content, mode: 0o600, owner: 'root', group: 'root' }),
    ]);
    expect(stderrOf(written ?? expect.fail())).toBe('');
    expect((await readFile(`${place.path}/file`)).equals(content)).toBe(true);
    const [refused] = await session.mutate([
      writing(`${disk.path}/file`, { content, mode: 0o600, owner: 'root', group: 'root' }),
    ]);
    expect(stderrOf(refused ?? expect.fail())).toContain('No space left on device');
    expect(await readdir(disk.path)).toEqual(['filled']);
  });
});

test.skipIf(isAvailable)(
  'hurtful logins are tried: needs root and apt-get install openssh-server sudo',
  () => undefined,
);

interface Host extends AsyncDisposable {
  connect(environment?: Readonly<Record<string, string>>): Promise<Session>;
}

async function hostOf(options: {
  readonly shell: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly sudoers: readonly string[];
  readonly banner?: string;
}): Promise<Host> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  const user = LoginUser.create(options);
  const { path: directory } = resources.use(await temporaryDirectory());
  // sshd reads authorized_keys as the user whose they are.
  await chmod(directory, 0o755);
  await writeFile(`${directory}/banner`, options.banner ?? '');
  const start = async (settings: readonly string[]): Promise<Sshd> => {
    const sshd = resources.use(await Sshd.start({ directory, authorized: [home.key], settings }));
    for (const key of sshd.hostKeys) await home.trust(sshd.port, key);
    return sshd;
  };
  return {
    async connect(environment = {}) {
      const variables = Object.entries(environment).map(([name, value]) => `SetEnv ${name}=${value}`);
      const sshd = await start([`Banner ${directory}/banner`, 'PrintMotd yes', ...variables]);
      const become = { method: 'sudo', password: new Secret(user.password) } as const;
      return home.transport().connect(home.target({ port: sshd.port, user: user.name, become }));
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}

async function fullDisk(): Promise<AsyncDisposable & { readonly path: string }> {
  const place = await temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755,size=16k', 'konvoy-ha-test', place.path]);
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${place.path}/filled`], { stdio: 'ignore' });
  } catch {
    // It ends when there is no more room, which is what is wanted.
  }
  return {
    path: place.path,
    [Symbol.asyncDispose]: async () => {
      execFileSync('umount', [place.path]);
      await place[Symbol.asyncDispose]();
    },
  };
}
