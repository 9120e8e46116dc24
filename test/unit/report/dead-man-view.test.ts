import { expect, test } from 'vitest';
import type { DeadManTraces } from '../../../src/domain/dead-man.ts';
import { deadManWords } from '../../../src/report/dead-man-view.ts';

const NOW = Date.parse('2026-11-26T03:00:00Z');
const run = { runId: 'r1', command: 'apply', by: 'ada@laptop' };

test.each<readonly [DeadManTraces | undefined, readonly string[]]>([
  [undefined, []],
  [
    { armed: [{ ...run, state: 'armed', undoesAt: '2026-11-26T03:01:37.000Z' }] },
    [
      'run r1 (apply by ada@laptop) is not confirmed: this host undoes it at 2026-11-26 03:01:37Z, in 1 min 37 s',
    ],
  ],
  [
    { armed: [{ ...run, state: 'armed' }] },
    ['run r1 (apply by ada@laptop) is not confirmed: this host undoes it when it boots'],
  ],
  [
    { armed: [{ ...run, state: 'undoing' }] },
    ['run r1 (apply by ada@laptop) is being undone by its dead-man'],
  ],
  [
    { armed: [{ ...run, state: 'undoing', failure: 'bringing back service:keepalived' }] },
    [
      'run r1 (apply by ada@laptop) could not be undone by its dead-man: bringing back service:keepalived failed; the next apply goes on from here',
    ],
  ],
  [
    {
      armed: [],
      undone: { runId: 'r1', by: 'ada@laptop', at: '2026-11-26T03:00:00.000Z', because: 'reboot' },
    },
    ['run r1 of ada@laptop was undone by its dead-man at 2026-11-26 03:00:00Z: this host was restarted'],
  ],
])('status says what dead-men have left (%#)', (traces, expected) => {
  expect(deadManWords(traces, NOW)).toEqual(expected);
});
