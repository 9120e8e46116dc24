import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import { intentOf, inventoryWith, read } from './read.ts';

function inventory(args: string): string {
  return inventoryWith({ host: [`ansible_ssh_common_args: ${JSON.stringify(args)}`] });
}

function targetWith(args: string): Target {
  return intentOf(inventory(args)).hosts[0]?.target ?? expect.fail();
}

/** `severity: message; hint` of all that is said about these arguments. */
function said(args: string): readonly string[] {
  const result = read(inventory(args));
  const diagnostics = result.ok ? result.value.warnings : result.error;
  return diagnostics.map(({ severity, message, hints }) =>
    [
      `${severity}: ${message.replace('control-plane.hosts.cp1.ansible_ssh_common_args: ', '')}`,
      ...hints,
    ].join('; '),
  );
}

/** The fields that say something else than without the arguments. */
function changes(args: string): Readonly<Record<string, unknown>> {
  const { unsaid: usual = [], ...before } = targetWith('-T');
  const { unsaid = [], ...after } = targetWith(args);
  const said = usual.filter((field) => !unsaid.includes(field));
  const changed = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof typeof before]),
  );
  return { ...Object.fromEntries(changed), ...(said.length > 0 && { said }) };
}

const strict = (value: Target['strictHostKeyChecking']) => ({
  strictHostKeyChecking: value,
  said: ['strictHostKeyChecking'],
});

describe('ssh arguments that a target has a field for', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['-o StrictHostKeyChecking=yes', strict('yes')],
    ['-o StrictHostKeyChecking=ask', { said: ['strictHostKeyChecking'] }],
    ['-oStrictHostKeyChecking=accept-new', strict('accept-new')],
    ['-o "stricthostkeychecking accept-new"', strict('accept-new')],
    ["-o 'StrictHostKeyChecking = yes'", strict('yes')],
    ['-o StrictHostKeyChecking=yes -o StrictHostKeyChecking=accept-new', strict('yes')],
    ['-o UserKnownHostsFile=/a', { knownHostsFiles: ['/a'] }],
    ['-o "UserKnownHostsFile=/a ~/b"', { knownHostsFiles: ['/a', '/home/ops/b'] }],
    [`-o 'UserKnownHostsFile="/with space" /b'`, { knownHostsFiles: ['/with space', '/b'] }],
    [
      '-o GlobalKnownHostsFile=/g',
      { knownHostsFiles: ['/home/ops/.ssh/known_hosts', '/home/ops/.ssh/known_hosts2', '/g'] },
    ],
    ['-o UserKnownHostsFile=/a -o GlobalKnownHostsFile=/g', { knownHostsFiles: ['/a', '/g'] }],
    ['-o HostKeyAlias=cp1.example.net', { hostKeyAlias: 'cp1.example.net' }],
    [
      '-i key -i/other -o IdentityFile=third',
      { identityFiles: ['/cluster/key', '/other', '/cluster/third'] },
    ],
    ['-p 2222', { port: 2222, said: ['port'] }],
    ['-p2222', { port: 2222, said: ['port'] }],
    ['-o Port=2222 -p 22', { port: 2222, said: ['port'] }],
    ['-l centos', { user: 'centos', said: ['user'] }],
    ['-o User=centos', { user: 'centos', said: ['user'] }],
    ['-A', { forwardAgent: true, said: ['forwardAgent'] }],
    ['-a', { said: ['forwardAgent'] }],
    ['-o ForwardAgent=yes', { forwardAgent: true, said: ['forwardAgent'] }],
    ['-o ProxyCommand="ssh -W %h:%p gate"', { proxyCommand: 'ssh -W %h:%p gate', said: ['route'] }],
    ['-o ProxyCommand=none', { said: ['route'] }],
    ['-J none', { said: ['route'] }],
    ['-o ProxyCommand="nc %h %p" -J gate', { proxyCommand: 'nc %h %p', said: ['route'] }],
  ])('%s', (args, expected) => {
    expect(said(args)).toEqual([]);
    expect(changes(args)).toEqual(expected);
  });
});

describe('ssh arguments that are settings of the connection', () => {
  it.each<[string, NonNullable<Target['settings']>]>([
    ['-F config', { configFile: '/cluster/config' }],
    ['-F none', { configFile: 'none' }],
    ['-o IdentitiesOnly=yes', { identitiesOnly: true }],
    ['-o IdentitiesOnly=no', { identitiesOnly: false }],
    ['-o IdentityAgent=~/agent', { identityAgent: '/home/ops/agent' }],
    ['-o IdentityAgent=none', { identityAgent: 'none' }],
    ['-o ConnectTimeout=10', { connectTimeoutMs: 10_000 }],
    ['-o ConnectTimeout=1m30s', { connectTimeoutMs: 90_000 }],
    [
      '-o ServerAliveInterval=15 -o ServerAliveCountMax=5',
      { keepaliveIntervalMs: 15_000, keepaliveCountMax: 5 },
    ],
    ['-4', { addressFamily: 4 }],
    ['-o AddressFamily=inet6', { addressFamily: 6 }],
    ['-b 192.0.2.1', { bindAddress: '192.0.2.1' }],
    [
      '-o Ciphers=aes256-gcm@openssh.com -m hmac-sha2-512',
      { algorithms: { cipher: 'aes256-gcm@openssh.com', mac: 'hmac-sha2-512' } },
    ],
    ['-c ^aes128-ctr', { algorithms: { cipher: '^aes128-ctr' } }],
    ['-o KexAlgorithms=+a,b -o HostKeyAlgorithms=-ssh-*', { algorithms: { kex: '+a,b', hostKey: '-ssh-*' } }],
    ['-o PubkeyAuthentication=no', { authentications: ['keyboard-interactive', 'password'] }],
    ['-o PreferredAuthentications=password,publickey', { authentications: ['publickey', 'password'] }],
    [
      '-o KbdInteractiveAuthentication=no -o PreferredAuthentications=gssapi-with-mic,gssapi-keyex,hostbased,publickey -o PasswordAuthentication=no',
      { authentications: ['publickey'] },
    ],
    ['-o ChallengeResponseAuthentication=no', { authentications: ['publickey', 'password'] }],
    [
      '-o CertificateFile=c.pub',
      { opensshOptions: [{ name: 'CertificateFile', value: '"/cluster/c.pub"' }] },
    ],
    ['-o GSSAPIAuthentication=yes', { opensshOptions: [{ name: 'GSSAPIAuthentication', value: 'yes' }] }],
    ['-K', { opensshOptions: [{ name: 'GSSAPIAuthentication', value: 'yes' }] }],
    ['-I lib.so', { opensshOptions: [{ name: 'PKCS11Provider', value: 'lib.so' }] }],
    [
      '-o PubkeyAcceptedKeyTypes=+ssh-rsa',
      { opensshOptions: [{ name: 'PubkeyAcceptedAlgorithms', value: '+ssh-rsa' }] },
    ],
    [
      '-o PreferredAuthentications=gssapi-with-mic',
      { opensshOptions: [{ name: 'PreferredAuthentications', value: 'gssapi-with-mic' }] },
    ],
  ])('%s', (args, settings) => {
    expect(said(args)).toEqual([]);
    expect(changes(args)).toEqual({ settings });
  });

  it('BatchMode=yes tries keys only, and asks nothing about host keys', () => {
    expect(changes('-o BatchMode=yes')).toEqual({
      ...strict('yes'),
      settings: { authentications: ['publickey'] },
    });
  });

  it('ansible_ssh_timeout is a ConnectTimeout', () => {
    const [host] = intentOf(inventoryWith({ host: ['ansible_ssh_timeout: 7'] })).hosts;
    expect(host?.target.settings).toEqual({ connectTimeoutMs: 7000 });
  });
});

describe('a ProxyJump', () => {
  it('is a chain of hosts, the last one nearest, and only their own words hold for them', () => {
    const { jump } = targetWith(
      '-J ops2@outer:2222,ssh://[fd00::1]:22/ -i key -F config -o StrictHostKeyChecking=accept-new',
    );
    const usual = {
      connection: 'ssh',
      client: 'auto',
      identityFiles: [],
      become: { method: 'sudo' },
      forwardAgent: false,
    };
    const rest = {
      ...usual,
      knownHostsFiles: [],
      strictHostKeyChecking: 'ask',
      settings: { configFile: '/cluster/config' },
    };
    expect(jump).toEqual({
      ...rest,
      host: 'fd00::1',
      address: 'fd00::1',
      port: 22,
      user: 'ops',
      unsaid: ['user', 'strictHostKeyChecking', 'forwardAgent'],
      jump: {
        ...rest,
        host: 'outer',
        address: 'outer',
        port: 2222,
        user: 'ops2',
        unsaid: ['strictHostKeyChecking', 'forwardAgent', 'route'],
      },
    });
  });

  it('that a whole group has ends before the host itself', () => {
    const text = inventoryWith({ all: ['ansible_ssh_common_args: -J gate,192.0.2.11,inner'] });
    const [{ target } = expect.fail()] = intentOf(text).hosts;
    expect([target.jump?.host, target.jump?.jump]).toEqual(['gate', undefined]);
  });

  it('beats the group bastion', () => {
    const text = `${inventory('-J gate')}bastion: {hosts: {203.0.113.5: }}\n`;
    expect(intentOf(text).hosts[0]?.target.jump?.host).toBe('gate');
    const none = `${inventory('-J none')}bastion: {hosts: {203.0.113.5: }}\n`;
    expect(intentOf(none).hosts[0]?.target.jump).toBeUndefined();
  });
});

describe('ssh arguments without effect', () => {
  it.each([
    '',
    '-q -v -vvv -C -T -x -M -S ~/.ssh/%C -qC',
    '-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=~/.ssh/%C',
    '-o ConnectionAttempts=3 -o LogLevel=ERROR -o TCPKeepAlive=yes -o CheckHostIP=no -o Compression=yes',
    '-o GSSAPIAuthentication=no -o RequestTTY=no -o SendEnv=LANG -o HashKnownHosts=yes -o UpdateHostKeys=no',
    '-k -e none',
  ])('%s', (args) => {
    expect(said(args)).toEqual([]);
    const { settings, ...changed } = changes(args);
    expect(changed).toEqual({});
    expect(settings).toBeUndefined();
  });
});

describe('ssh arguments that switch host keys off are used in a safe way, and it is said', () => {
  it.each(['no', 'off', 'No'])('StrictHostKeyChecking=%s', (value) => {
    const args = `-o StrictHostKeyChecking=${value}`;
    expect(changes(args)).toEqual(strict('accept-new'));
    expect(said(args)).toEqual([
      'warning: unknown host keys are stored and changed ones refused, as with accept-new, never ignored; write StrictHostKeyChecking=accept-new',
    ]);
  });

  it('UserKnownHostsFile=/dev/null', () => {
    expect(changes('-o UserKnownHostsFile=/dev/null')).toEqual({});
    expect(said('-o UserKnownHostsFile=/dev/null')).toEqual([
      'warning: host keys are kept in your own known_hosts instead of being forgotten after every connection; remove UserKnownHostsFile=/dev/null, or name a file for this cluster',
    ]);
  });
});

describe('ssh arguments that are not understood are never ignored', () => {
  it.each<[string, ...string[]]>([
    ['host', 'error: "host" is no option of ssh'],
    ['--', 'error: "--" is no option of ssh'],
    ['-o', 'error: -o needs a value'],
    ['-i', 'error: -i needs a value'],
    ['-o Port', 'error: expected -o Option=value, got "Port"'],
    ['-o "x', 'error: has no closing "'],
    ['-z', 'error: -z is an option of ssh that konvoy-ha cannot honour'],
    ['-t', 'error: konvoy-ha cannot honour "-t"; konvoy-ha runs its own command, without a terminal'],
    ['-tt', 'error: konvoy-ha cannot honour "-tt"; konvoy-ha runs its own command, without a terminal'],
    [
      '-o RequestTTY=force',
      'error: konvoy-ha cannot honour "RequestTTY=force"; konvoy-ha runs its own command, without a terminal',
    ],
    [
      '-L 1:localhost:1 -q',
      'error: -L is an option of ssh that konvoy-ha cannot honour; konvoy-ha opens no forwardings',
    ],
    [
      '-W a:1',
      'error: -W is an option of ssh that konvoy-ha cannot honour; to go through a host use -J HOST, or -W inside of a ProxyCommand',
    ],
    [
      '-N',
      'error: -N is an option of ssh that konvoy-ha cannot honour; konvoy-ha runs its own command and reads and writes its streams',
    ],
    ['-o HostName=x', 'error: konvoy-ha cannot honour "HostName=x"; set ansible_host'],
    [
      '-o ProxyJmup=x',
      'error: "ProxyJmup=x" is an ssh option that konvoy-ha does not know; did you mean "proxyjump"?',
    ],
    [
      '-o StrictHostKeyChecking=maybe',
      'error: expected StrictHostKeyChecking to be yes, accept-new, ask or no',
    ],
    ['-o ConnectTimeout=$(id)', 'error: expected a time such as 30 or 1m30s, got "$(id)"'],
    ['-o LogLevel=a,b', 'error: konvoy-ha cannot honour "LogLevel=a,b": it is no value for that option'],
    [`-o 'UserKnownHostsFile="/a'`, 'error: userknownhostsfile has no closing "'],
    ['-p 99999', 'error: expected a port from 1 to 65535, got "99999"'],
    ['-l -oProxyCommand=x', 'error: expected the name of a user, got "-oProxyCommand=x"'],
    [
      '-J -oProxyCommand=x',
      'error: expected an IP address or a DNS name, got "-oProxyCommand=x"; for example: -J gate.example.net,ops@inner:2222',
    ],
    [
      '-J "gate;id"',
      'error: expected an IP address or a DNS name, got "gate;id"; for example: -J gate.example.net,ops@inner:2222',
    ],
    ['-J a,A@a', 'error: expected no host twice on the way; for example: -J gate.example.net,ops@inner:2222'],
    [
      '-J a,b,c,d,e,f,g,h,i',
      'error: expected at most 8 hosts on the way; for example: -J gate.example.net,ops@inner:2222',
    ],
    ['-o ProxyCommand="nc %h %q"', 'error: ProxyCommand: "%q" is none of %h, %n, %p, %r and %%'],
    ['-o ProxyCommand="nc %h %"', 'error: ProxyCommand: "%" is none of %h, %n, %p, %r and %%'],
    ['-o ForwardAgent=/sock', 'error: expected yes or no, got "/sock"'],
    ['-b eth0', 'error: expected an address of this machine, got "eth0"'],
    ['-o HostKeyAlias=*', 'error: expected a name without spaces, commas and wildcards, got "*"'],
    ['-o PreferredAuthentications=none', 'error: "none" is no way to log in'],
    ['-o Ciphers=a;b', 'error: expected names of algorithms with commas, got "a;b"'],
    [
      '-o PKCS11Provider="a\nb"',
      'error: konvoy-ha cannot honour "PKCS11Provider=a\\nb": it is no value for that option',
    ],
    [
      '-i $HOME/key',
      'error: expected a path without quotes, "$", "%", backslashes and braces, got "$HOME/key"',
    ],
  ])('%s', (args, ...problems) => {
    expect(said(args)).toEqual(problems);
  });
});
