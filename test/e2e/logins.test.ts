import { execFileSync } from 'node:child_process';
import { chmod, copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import type { LabCluster } from '../support/lab-cluster.ts';
import { JournalSince, loginToLab, type LabLogin, RESTART_SSHD } from '../support/lab-login.ts';
import { named } from '../support/named.ts';
import { RealAgent } from '../support/real-agent.ts';
import { Resources } from '../support/resources.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { typistOf } from '../support/typist.ts';

/** What a way to log in needs on both sides. */
interface Stage {
  readonly cluster: LabCluster;
  readonly cp1: LabHost;
  readonly folder: string;
  readonly resources: Resources;
  /** Makes a key pair with `ssh-keygen` and lets it log in as root and operator; returns the path of the private half. */
  readonly key: (name: string, ...how: readonly string[]) => Promise<string>;
  /** Lets a public key log in. */
  readonly admit: (publicLine: string) => Promise<void>;
  /** Sets up sshd until the end of the test; started again, because after a reload it is deaf for a moment. */
  readonly sshd: (...settings: readonly string[]) => Promise<void>;
}

interface Way {
  readonly title: string;
  /** What sshd says of the login. */
  readonly accepted: RegExp;
  /** What the operator is told besides. */
  readonly told?: string;
  readonly arrange: (stage: Stage) => Promise<LabLogin>;
}

const PASSPHRASE = 'open "sesame" é';
const byPassword = ['PasswordAuthentication yes', 'KbdInteractiveAuthentication no'];
const byKeyboard = ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes'];

const keyFile = (title: string, type: RegExp, ...how: readonly string[]): Way => ({
  title: `a key file: ${title}`,
  accepted: new RegExp(`Accepted publickey for operator from \\S+ port \\d+ ssh2: ${type.source} SHA256:`),
  arrange: async ({ key }) => ({ vars: { ansible_ssh_private_key_file: await key('id', ...how) } }),
});

const ways: readonly Way[] = [
  keyFile("Ed25519 in OpenSSH's format", /ED25519/, '-t', 'ed25519'),
  keyFile("ECDSA in OpenSSH's format", /ECDSA/, '-t', 'ecdsa', '-b', '384'),
  keyFile('RSA in PKCS#1', /RSA/, '-t', 'rsa', '-b', '2048', '-m', 'PEM'),
  keyFile('ECDSA in PKCS#8', /ECDSA/, '-t', 'ecdsa', '-m', 'PKCS8'),
  {
    title: "a key file: RSA in PuTTY's format",
    accepted: /Accepted publickey for operator .* RSA SHA256:/,
    arrange: async ({ admit, folder }) => {
      const file = join(folder, 'id.ppk');
      await copyFile(putty('rsa-2.ppk'), file);
      await chmod(file, 0o600);
      await admit(await readFile(putty('rsa.pub'), 'utf8'));
      return { vars: { ansible_ssh_private_key_file: file } };
    },
  },
  {
    title: 'a key file under a passphrase, which is typed',
    accepted: /Accepted publickey for operator .* ED25519 SHA256:/,
    arrange: async ({ key }) => {
      const file = await key('id', '-t', 'ed25519', '-a', '2', '-N', PASSPHRASE);
      return {
        vars: { ansible_ssh_private_key_file: file },
        io: typistOf([`Enter passphrase for key '${file}': `, `${PASSPHRASE}\n`]).io,
      };
    },
  },
  {
    title: "the operator's own key, which nobody names",
    accepted: /Accepted publickey for operator .* ED25519 SHA256:/,
    arrange: async ({ key, folder }) => {
      execFileSync('mkdir', ['-m', '0700', join(folder, '.ssh')]);
      await key('.ssh/id_ed25519', '-t', 'ed25519');
      return { vars: { ansible_ssh_private_key_file: null }, io: { home: folder } };
    },
  },
  {
    title: 'an agent',
    accepted: /Accepted publickey for operator .* RSA SHA256:/,
    arrange: async (stage) => {
      const socket = await agentWith(stage, [await stage.key('id', '-t', 'rsa')]);
      return { vars: { ansible_ssh_private_key_file: null }, io: { env: { SSH_AUTH_SOCK: socket } } };
    },
  },
  {
    title: 'the tenth key of an agent, named by its public half',
    accepted: /^(?![^]*Too many authentication failures)[^]*Accepted publickey for operator .* ECDSA SHA256:/,
    arrange: async (stage) => {
      const others = Array.from({ length: 9 }, (_, place) => strangersKey(stage.folder, `other${place}`));
      const right = await stage.key('id', '-t', 'ecdsa');
      const socket = await agentWith(stage, [...others, right]);
      return {
        vars: { ansible_ssh_private_key_file: `${right}.pub` },
        io: { env: { SSH_AUTH_SOCK: socket } },
      };
    },
  },
  {
    title: 'a password of the inventory',
    accepted: /^(?![^]*publickey)[^]*Accepted password for asksudo/,
    arrange: async ({ sshd }) => {
      await sshd(...byPassword);
      return { vars: asksudo() };
    },
  },
  {
    title: 'a password that is typed once, for sudo too',
    accepted: /Accepted password for asksudo/,
    arrange: async ({ sshd }) => {
      await sshd(...byPassword);
      return {
        vars: { ...asksudo(), ansible_password: null, ansible_become_password: null },
        words: ['plan', '-k', '-K'],
        io: typistOf(['SSH password: ', 'lab-password\n'], ['sudo password (empty: as to log in): ', '\n'])
          .io,
      };
    },
  },
  {
    title: 'a password by keyboard-interactive',
    accepted: /Accepted keyboard-interactive\/pam for asksudo/,
    arrange: async ({ sshd }) => {
      await sshd(...byKeyboard);
      return { vars: asksudo() };
    },
  },
  {
    title: 'a key and a password, where both are wanted',
    accepted: /Partial publickey for asksudo[^]*Accepted password for asksudo/,
    arrange: async ({ sshd, key }) => {
      await sshd(...byPassword, 'AuthenticationMethods publickey,password', 'LogLevel VERBOSE');
      return { vars: { ...asksudo(), ansible_ssh_private_key_file: await key('id', '-t', 'ed25519') } };
    },
  },
  {
    title: 'root, who becomes nobody',
    accepted: /Accepted publickey for root /,
    arrange: async () => Promise.resolve({ vars: { ansible_user: 'root' } }),
  },
  {
    title: "a certificate of the operator, by the system's ssh",
    accepted: /Accepted publickey for operator .* ED25519-CERT SHA256:\S+ ID alice .* CA ED25519/,
    told: "cp1  reached with the system's ssh: ",
    arrange: async ({ cluster, cp1, folder, sshd }) => {
      const [authority, own] = [strangersKey(folder, 'ca'), strangersKey(folder, 'id')];
      const signing = ['-s', authority, '-I', 'alice', '-n', 'operator', '-V', '+5m', `${own}.pub`];
      execFileSync('ssh-keygen', ['-q', ...signing], { stdio: 'ignore' });
      await cluster.script(
        cp1,
        `echo '${(await readFile(`${authority}.pub`, 'utf8')).trim()}' >/etc/ssh/test_ca.pub`,
      );
      await sshd('TrustedUserCAKeys /etc/ssh/test_ca.pub');
      return { vars: { ansible_ssh_private_key_file: own }, words: ['plan', '-v'] };
    },
  },
  {
    title: "a key file, by the system's ssh as asked",
    accepted: /Accepted publickey for operator .* ED25519 SHA256:/,
    arrange: async ({ key }) => ({
      vars: { ansible_ssh_private_key_file: await key('id', '-t', 'ed25519') },
      words: ['plan', '--transport', 'openssh'],
    }),
  },
  {
    title: "a password, by the system's ssh as asked",
    accepted: /Accepted password for asksudo/,
    arrange: async ({ sshd }) => {
      await sshd(...byPassword);
      return { vars: asksudo(), words: ['plan', '--transport', 'openssh'] };
    },
  },
];

describe('on a lab host an operator logs in and sees a plan', () => {
  const cluster = clusterOfFile({ hosts: 1 });

  it.each(named(ways))('by %s', async (_title, { accepted, told, arrange }) => {
    await using stage = await stageOf(cluster());
    const login = await arrange(stage);
    const journal = await JournalSince.now(cluster(), stage.cp1);
    const { code, stdout, stderr } = await loginToLab(cluster(), stage.folder, login);
    expect(stderr).not.toContain('error');
    expect(stderr).toContain(told ?? '');
    expect(stdout).toContain('package keepalived');
    expect(code).toBe(0);
    expect(await journal.of('sshd')).toMatch(accepted);
  });

  it('a password that is wrong is tried once, also when a person typed it', async () => {
    await using stage = await stageOf(cluster());
    await stage.sshd(...byPassword);
    const journal = await JournalSince.now(cluster(), stage.cp1);
    const typist = typistOf(['SSH password: ', 'wrong\n']);
    const { code } = await loginToLab(cluster(), stage.folder, {
      vars: { ...asksudo(), ansible_password: null },
      words: ['plan', '-k'],
      io: typist.io,
    });
    expect(code).toBe(12);
    expect(typist.shown).toContain('cp1 refuses to log in asksudo');
    expect(typist.shown).toContain('offered the password');
    expect((await journal.of('sshd')).match(/Failed password for asksudo/g)).toHaveLength(1);
  });

  it('ten keys of an agent of which none is right are not offered until sshd hangs up', async () => {
    await using stage = await stageOf(cluster());
    const others = Array.from({ length: 10 }, (_, place) => strangersKey(stage.folder, `other${place}`));
    const socket = await agentWith(stage, others);
    const named = await loginToLab(cluster(), stage.folder, {
      vars: { ansible_ssh_private_key_file: `${others[9] ?? ''}.pub` },
      io: { env: { SSH_AUTH_SOCK: socket } },
    });
    expect(named.code).toBe(12);
    expect(named.stderr).toContain('cp1 refuses to log in operator');
    const journal = await JournalSince.now(cluster(), stage.cp1);
    const all = await loginToLab(cluster(), stage.folder, {
      vars: { ansible_ssh_private_key_file: null },
      io: { env: { SSH_AUTH_SOCK: socket } },
    });
    expect(all.code).toBe(12);
    expect(all.stderr).toMatch(/cp1 refuses to log in operator|too many/i);
    expect(await journal.of('sshd')).not.toContain('Accepted');
  });
});

/** The variables of a user with a password for both sshd and sudo, and no key. */
function asksudo(): Readonly<Record<string, unknown>> {
  return {
    ansible_user: 'asksudo',
    ansible_ssh_private_key_file: null,
    ansible_password: 'lab-password',
    ansible_become_password: 'lab-password',
  };
}

function putty(name: string): string {
  return new URL(`../fixtures/putty/${name}`, import.meta.url).pathname;
}

/** A key pair that no host knows; returns the path of its private half. */
function strangersKey(folder: string, name: string): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return file;
}

async function agentWith({ folder, resources }: Stage, keys: readonly string[]): Promise<string> {
  const agent = resources.use(await RealAgent.start(folder));
  agent.add(...keys);
  return agent.socket;
}

const SSHD_CONF = '/etc/ssh/sshd_config.d/00-test.conf';

async function stageOf(cluster: LabCluster): Promise<Stage & AsyncDisposable> {
  const resources = new Resources();
  const { path: folder } = resources.use(await temporaryDirectory());
  const cp1 = cluster.host('cp1');
  const admit = async (publicLine: string): Promise<void> => {
    const script = `for home in ~root ~operator ~asksudo; do
      cp -p $home/.ssh/authorized_keys $home/.ssh/authorized_keys.kept
      echo '${publicLine.trim()}' >$home/.ssh/authorized_keys
    done`;
    await cluster.script(cp1, script);
  };
  return {
    cluster,
    cp1,
    folder,
    resources,
    admit,
    async key(name, ...how) {
      const file = join(folder, name);
      const passphrase = how.includes('-N') ? [] : ['-N', ''];
      execFileSync('ssh-keygen', ['-q', ...how, ...passphrase, '-f', file]);
      await admit(await readFile(`${file}.pub`, 'utf8'));
      return file;
    },
    async sshd(...settings) {
      const lines = settings.map((line) => `'${line}'`).join(' ');
      await cluster.script(cp1, `printf '%s\\n' ${lines} >${SSHD_CONF}; sshd -t; ${RESTART_SSHD}`);
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      await cluster.script(
        cp1,
        `for home in ~root ~operator ~asksudo; do
          [ ! -e $home/.ssh/authorized_keys.kept ] || mv $home/.ssh/authorized_keys.kept $home/.ssh/authorized_keys
        done
        rm -f ${SSHD_CONF} /etc/ssh/test_ca.pub
        ${RESTART_SSHD}`,
      );
    },
  };
}
