import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Listening } from '../../../src/domain/advert.ts';
import type { Probe } from '../../../src/domain/command.ts';
import { advertsFact, LISTEN_MS } from '../../../src/facts/adverts.ts';
import { advert, frameOf } from '../../support/vrrp-frames.ts';
import { interfaceName, ip, vrid } from '../../support/branded.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, toolsOnly, whereIs, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const FACT = advertsFact(interfaceName('wire1'));

function asked(): Probe {
  const [probe] = FACT.probes;
  if (probe === undefined) throw new Error('nothing is asked');
  return probe;
}

/** What a host says that has these programs of ours, and of others those that the script needs. */
async function listenWith(
  shell: Shell,
  programs: Readonly<Record<string, string>>,
  tools: readonly string[] = [],
): Promise<Listening> {
  await using directory = await temporaryDirectory();
  const bin = fakePrograms(directory.path, programs).split(':')[0] ?? '';
  const path = `${bin}:${toolsOnly(join(directory.path, 'tools'), ['dash', 'sh', ...tools])}`;
  return FACT.parse([await runCommand(shell, asked(), { path })]);
}

describe.each(SHELLS)('listening in $name', (shell) => {
  const FRAME = frameOf(advert());
  const heard = (by: string): Listening => ({ kind: 'listened', by, adverts: [advert()] });
  const SAYS = `echo ${FRAME}`;
  const FAILS = `${SAYS}; exit 1`;

  /** As tcpdump 4.99.3 of Debian 12 prints it, with what it says to standard error. */
  const TCPDUMP = [
    'echo "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode" >&2',
    'echo "listening on wire1, link-type EN10MB (Ethernet), snapshot length 1600 bytes" >&2',
    'echo "12:00:00.000000 IP 10.0.50.201 > 224.0.0.18: VRRPv3, Advertisement, vrid 77, prio 100, intvl 100cs, length 12"',
    ...[...FRAME.matchAll(/.{1,32}/g)].map(
      ([line], index) => `printf '\\t0x00${index}0:  %s\\n' '${line.replace(/.{4}(?=.)/g, '$& ')}'`,
    ),
  ].join('\n');

  test.each<readonly [string, Readonly<Record<string, string>>, Listening]>([
    ['python3 where it is', { python3: SAYS, perl: FAILS }, heard('python3')],
    ['perl where there is no python3', { perl: SAYS }, heard('perl')],
    ['perl where python3 fails', { python3: FAILS, perl: SAYS }, heard('perl')],
    [
      'nothing, and says what has failed',
      { python3: FAILS, perl: 'exit 1' },
      { kind: 'deaf', because: 'python3 perl could not listen on wire1' },
    ],
    [
      'nothing where nothing is, and says so',
      {},
      { kind: 'deaf', because: 'neither python3, perl nor tcpdump is there' },
    ],
  ])('is done with %s', async (_, programs, expected) => {
    expect(await listenWith(shell, programs)).toEqual(expected);
  });

  test('is done with tcpdump where there is nothing else', async () => {
    const tools = ['awk', 'timeout'];
    expect(await listenWith(shell, { tcpdump: TCPDUMP }, tools)).toEqual(heard('tcpdump'));
    const failing = 'echo "tcpdump: wire1: You do not have permission to capture on that device" >&2; exit 1';
    expect(await listenWith(shell, { tcpdump: failing }, tools)).toEqual({
      kind: 'deaf',
      because: 'tcpdump could not listen on wire1',
    });
  });

  test('gives each program the interface and the time', async () => {
    const words = (count: number): string =>
      `[ "$${count}" = wire1 ] && [ "$${count + 1}" = ${LISTEN_MS / 1000} ] && ${SAYS}`;
    expect(await listenWith(shell, { python3: words(4) })).toEqual(heard('python3'));
    expect(await listenWith(shell, { perl: words(3) })).toEqual(heard('perl'));
  });
});

/** A wire of its own for one command: `wire1` hears what a machine at its other end sends. */
describe.skipIf(process.getuid?.() !== 0 || whereIs('unshare') === undefined)('on a wire', () => {
  const SENT = [
    advert(),
    advert({ source: ip('fe80::1'), vips: [ip('fe80::20'), ip('2001:db8::20')], vrid: vrid(78) }),
    advert({ version: 2, vrid: vrid(79), authentication: 'password' }),
  ];
  const SEND = `my $request = pack "a16 x24", "wire0"; socket my $s, 17, 3, 0; ioctl $s, 0x8933, $request;
bind $s, pack("S n i S C C a8", 17, 0, unpack("x16 i", $request), 0, 0, 0, "") or die;
for (1 .. 3) { send $s, pack("H*", $_), 0 for @ARGV; select undef, undef, undef, 0.3 }`;

  function tool(name: string): string {
    const path = whereIs(name);
    if (path === undefined) throw new Error(`this test needs ${name}`);
    return path;
  }

  function wired(shell: Shell): Shell {
    const [ip6, sleep, perl] = ['ip', 'sleep', 'perl'].map(tool);
    // The same advert with another counter in its IP header is the same; what the host itself sends is not heard.
    const frames = [
      ...SENT.map((sent) => frameOf(sent)),
      frameOf(advert()).replace('00070000ff70', '00080000ff70'),
    ];
    const script = `${ip6} link add wire0 type veth peer name wire1 && ${ip6} link set wire0 up && ${ip6} link set wire1 up
(${sleep} 1; ${perl} -e '${SEND}' ${frames.join(' ')}; ${perl} -e '${SEND.replaceAll('wire0', 'wire1')}' ${frameOf(advert({ vrid: vrid(9) }))}) &
"$@"; code=$?; wait; ${ip6} -d link show wire1 >&2; exit $code`;
    const argv = [
      'unshare',
      '-n',
      tool('dash'),
      '-c',
      script,
      'wire',
      ...shell.argv.map((word) => whereIs(word) ?? word),
    ];
    return { name: shell.name, argv: argv as [string, ...string[]], calledAs: 'unshare' };
  }

  const PROGRAMS = ['python3', 'perl'];

  test.each(SHELLS.flatMap((shell) => PROGRAMS.map((program) => [shell.name, program, shell] as const)))(
    '%s hears with %s alone what others send, each advert once, and leaves the interface as it was',
    async (_, program, shell) => {
      await using directory = await temporaryDirectory();
      const path = toolsOnly(join(directory.path, 'tools'), ['dash', 'sh']);
      const print = { python3: 'import sys; print(sys.executable)', perl: 'print $^X' }[program] ?? '';
      const option = program === 'perl' ? '-e' : '-c';
      symlinkSync(execFileSync(program, [option, print], { encoding: 'utf8' }).trim(), join(path, program));
      const result = await runCommand(wired(shell), asked(), { path });
      const listening = FACT.parse([result]);
      const adverts = listening.kind === 'listened' ? listening.adverts : [];
      expect(listening).toMatchObject({ kind: 'listened', by: program });
      expect(adverts.toSorted((one, other) => one.vrid - other.vrid)).toEqual(SENT);
      const link = new TextDecoder().decode(result.stderr);
      expect(link).toMatch(/wire1.* promiscuity 0 /s);
      expect(link).not.toContain('PROMISC');
      expect(result.elapsedMs).toBeGreaterThan(LISTEN_MS);
    },
  );
});
