import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, endsOf, hostStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { hostMender } from '../support/host-mender.ts';
import { writeLogin, RESTART_SSHD } from '../support/lab-login.ts';
import { named } from '../support/named.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Hurt {
  readonly title: string;
  readonly make: string;
  readonly mend: string;
}

const NOISE = 'echo "Password: "; echo "tcsh: No entry for terminal type" >&2; printf "no newline"';

const shell = (name: string, rc: string, text: string): Hurt => ({
  title: `a login shell ${name} with a hurtful ${rc}`,
  make: `command -v ${name} >/dev/null || apt-get install -y -qq ${name} >/dev/null
    cd ~operator; mkdir -p "$(dirname ${rc})"; [ ! -e ${rc} ] || mv ${rc} ${rc}.kept
    cat >${rc} <<'END'
${text}
END
    chown -R operator: .; usermod --shell "$(command -v ${name})" operator`,
  mend: `usermod --shell /bin/bash operator; cd ~operator; rm -f ${rc}; [ ! -e ${rc}.kept ] || mv ${rc}.kept ${rc}`,
});

const hurts: readonly Hurt[] = [
  shell(
    'bash',
    '.bashrc',
    `umask 000\nset -x\nalias exec=false id=false\n${NOISE}\nsleep 1\ncd /tmp\nhead -c 3000000 /dev/zero | tr '\\0' x`,
  ),
  shell('fish', '.config/fish/config.fish', `umask 000\n${NOISE}\nset -gx LC_ALL de_DE.UTF-8`),
  shell('tcsh', '.cshrc', 'umask 000\nset echo\nset histchars\necho "no newline"\nsetenv LC_ALL de_DE.UTF-8'),
  {
    title: 'a banner and a motd that look like questions',
    make: `printf 'Authorised use only\\nPassword: \\n' | tee /etc/test-banner >/etc/motd
      printf '%s\\n' 'Banner /etc/test-banner' 'PrintMotd yes' >/etc/ssh/sshd_config.d/00-test.conf; ${RESTART_SSHD}`,
    mend: `rm /etc/ssh/sshd_config.d/00-test.conf /etc/test-banner /etc/motd; ${RESTART_SSHD}`,
  },
  {
    title: 'BusyBox as the shell and in place of the tools of coreutils',
    make: `apt-get install -y -qq busybox >/dev/null
      for tool in $(busybox --list); do case $tool in ip | ps | sh | reboot | poweroff | halt) continue ;; esac
        case $(dpkg -S "$(command -v "$tool")" 2>/dev/null) in coreutils:* | findutils:* | sed:* | grep:* | mawk:*) ;; *) continue ;; esac
        ln -s /bin/busybox "/usr/local/bin/$tool"
      done
      [ "$(ls /usr/local/bin | wc -l)" -gt 50 ]
      ln -sf busybox /bin/sh`,
    mend: 'ln -sf dash /bin/sh; /usr/bin/find /usr/local/bin -lname /bin/busybox -delete',
  },
  {
    title: 'the coreutils of uutils',
    make: `apt-get install -y -qq rust-coreutils >/dev/null
      for tool in /usr/lib/cargo/bin/coreutils/*; do ln -s "$tool" /usr/local/bin/; done
      [ "$(ls /usr/local/bin | wc -l)" -gt 50 ]`,
    mend: "/usr/bin/find /usr/local/bin -lname '/usr/lib/cargo/*' -delete",
  },
];

describe('a lab host that hurts', () => {
  const cluster = clusterOfFile({ hosts: 1 });
  const { sh, arrange, mend } = hostMender(cluster);
  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });
  const listing = async (): Promise<string> => sh(`stat -c '%n %a %U:%G' ${OURS}; sha256sum ${OURS}`);

  let vrid = 60;
  it.each(named(hurts))('takes a change as any other: %s', async (_title, hurt) => {
    const modes = await sh(`stat -c '%n %a %U:%G' ${OURS}`);
    await arrange(hurt.make, hurt.mend);
    vrid += 1;
    await cluster().configure({ vrid });
    const { stderr } = await cluster().succeed('apply', '--yes');
    expect(stderr).not.toContain('no newline');
    expect(await sh('cat /etc/keepalived/keepalived.conf')).toContain(`virtual_router_id ${vrid}\n`);
    expect(await sh(`stat -c '%n %a %U:%G' ${OURS}`)).toBe(modes);
    await cluster().ownedBy(['cp1'], 10_000);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it.each([
    {
      title: 'a full disk',
      make: `cp -a /etc/keepalived /root/kept; mount -t tmpfs -o mode=0755,size=64k test /etc/keepalived
        cp -a /root/kept/. /etc/keepalived/; dd if=/dev/zero of=/etc/keepalived/filled 2>/dev/null || true`,
      says: 'No space left on device',
    },
    {
      title: 'a read-only /etc/keepalived',
      make: 'mount --bind /etc/keepalived /etc/keepalived; mount -o remount,bind,ro /etc/keepalived',
      says: 'Read-only file system',
    },
  ])('says so and is as it was: $title', async ({ make, says }) => {
    await arrange(make, 'umount /etc/keepalived; rm -rf /root/kept');
    const before = await listing();
    await cluster().configure({ vrid: 99 });
    const { code, stderr } = await cluster().run('apply', '--yes');
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/cp1: .* failed/);
    expect(code).toBe(3);
    expect(await listing()).toBe(before);
    expect(await sh('ls -A /etc/keepalived | grep -v -e keepalived.conf -e filled || true')).toBe('');
    await cluster().ownedBy(['cp1'], 10_000);
  });

  it('whose network drops everything in the middle of a step is noticed and named', async () => {
    await using folder = await temporaryDirectory();
    const keepalive = '-o ServerAliveInterval=1 -o ServerAliveCountMax=3';
    const inventory = await writeLogin(cluster(), folder.path, { ssh: keepalive });
    await cluster().configure({ vrid: 98 });
    const cut = `nft add table inet cut; nft add chain inet cut i "{ type filter hook input priority 0; }"
      nft add rule inet cut i tcp dport 22 drop`;
    const files = ['-i', inventory, '-c', join(cluster().lab.stateDir, 'cluster.yaml')];
    await using run = new CliProcess('apply', '--yes', '--timeout', '5', ...files);
    await run.reported(hostStep('cp1', 'activating'));
    await arrange(cut, 'nft delete table inet cut');
    // Three seconds without an answer, then one try to connect again for the undo.
    const { code, events, elapsedMs } = await run.end(60_000);
    expect(elapsedMs).toBeLessThan(60_000);
    expect(code).toBe(4);
    expect(endsOf(events)).toEqual(['cp1 undo-failed']);
    expect(events.at(-1)).toMatchObject({
      error: {
        message: expect.stringMatching(/^lost the connection to cp1: it stopped answering/) as string,
      },
    });
    await mend();
    // The host has nothing to say, so its sshd has not noticed, and the shell of the lost run holds the lock.
    await sh("pkill -KILL -f '^sshd: operator'");
    await cluster().succeed('apply', '--yes');
    await cluster().ownedBy(['cp1'], 10_000);
  });
});

const OURS = '/etc/keepalived/keepalived.conf /usr/libexec/keepalived/konvoy-ha-*';
