import { describe, expect, test } from 'vitest';
import { calibrationFact, type Calibrated } from '../../../src/facts/calibration.ts';
import { ip } from '../../support/branded.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS, type Shell } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

type Reply = readonly [seq: number, ms: number];

const ALL: readonly Reply[] = Array.from({ length: 20 }, (_, at): Reply => [at + 1, 0.05]);

/** What ping prints in the end, and what is to be made of it: a peer for each, all asked in one run. */
const CASES: readonly (readonly [string, string, unknown])[] = [
  ['all answers', iputils(ALL), { sent: 20, answered: 20, longestMs: 50 }],
  [
    'five lost in the middle',
    iputils(ALL.filter(([seq]) => seq < 8 || seq > 12)),
    { sent: 20, answered: 15, longestMs: 300 },
  ],
  ['the last five lost', iputils(ALL.slice(0, 15)), { sent: 20, answered: 15, longestMs: 250 }],
  ['the first five lost', iputils(ALL.slice(5)), { sent: 20, answered: 15, longestMs: 300 }],
  ['no answer', iputils([]), { sent: 20, answered: 0, longestMs: 1000 }],
  [
    'one that came late, and those after it in time',
    iputils([...ALL.slice(0, 10), [11, 400], ...ALL.slice(11)]),
    { sent: 20, answered: 20, longestMs: 450 },
  ],
  [
    'a network that is not there',
    'ping: connect: Network is unreachable',
    { because: 'ping: connect: Network is unreachable' },
  ],
  [
    'the ping of busybox',
    `PING 192.0.2.1 (192.0.2.1): 56 data bytes
64 bytes from 192.0.2.1: seq=0 ttl=64 time=0.071 ms
64 bytes from 192.0.2.1: seq=1 ttl=64 time=0.120 ms

--- 192.0.2.1 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss`,
    { sent: 2, answered: 2, longestMs: 50 },
  ],
];

const PEERS = CASES.map((_, at) => ip(`192.0.2.${at + 11}`));

/** 20 questions to a peer, 50 ms from one to the next, and these answers. */
function iputils(replies: readonly Reply[]): string {
  return [
    'PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.',
    ...replies.map(([seq, ms]) => `64 bytes from 192.0.2.1: icmp_seq=${seq} ttl=64 time=${ms} ms`),
    '',
    '--- 192.0.2.1 ping statistics ---',
    `20 packets transmitted, ${replies.length} received, ${(20 - replies.length) * 5}% packet loss, time 1000ms`,
  ].join('\n');
}

async function calibrate(
  shell: Shell,
  seconds: number,
  programs: Readonly<Record<string, string>>,
): Promise<Calibrated> {
  await using directory = await temporaryDirectory();
  const fact = calibrationFact(seconds, PEERS);
  const [probe] = fact.probes;
  if (probe === undefined) throw new Error('the fact has no probe');
  const path = fakePrograms(directory.path, programs);
  return fact.parse([await runCommand(shell, probe, { path })]);
}

describe.each(SHELLS)('a calibration in $name', (shell) => {
  test('tells what was asked, answered, and how long nothing came', async () => {
    const answers = CASES.map(([, text], at) => `*${PEERS[at]})\ncat <<'END'\n${text}\nEND\n;;`);
    const { links, stalls } = await calibrate(shell, 1, {
      ping: `[ "$1 $2 $3 $4 $5" = '-n -i 0.05 -w 1' ] || exit 2\ncase $* in\n${answers.join('\n')}\nesac`,
    });
    expect(CASES.map(([title], at) => [title, links.get(PEERS[at] ?? '')])).toEqual(
      CASES.map(([title, , expected]) => [title, expected]),
    );
    expect(stalls.samples).toBeGreaterThan(1);
  });

  test('sees that the host stood still', async () => {
    const { stalls } = await calibrate(shell, 2, {
      ping: 'exit 1',
      sleep: `echo >>"$calls"; [ "$(wc -l <"$calls")" -ne 5 ] || exec /bin/sleep 0.6; exec /bin/sleep "$1"`,
    });
    expect(stalls.worstMs).toBeGreaterThanOrEqual(550);
  });

  test('says so where ping says nothing', async () => {
    const { links } = await calibrate(shell, 1, { ping: '' });
    expect([...links.values()]).toEqual(PEERS.map(() => ({ because: 'ping said nothing' })));
  });
});
