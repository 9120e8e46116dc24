import { expect, test } from 'vitest';
import { ArmedHosts } from '../../../src/cli/armed-hosts.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { hostName } from '../../support/branded.ts';

const NOW = Date.parse('2026-11-26T03:00:00Z');

function deadMan(name: string, state: 'armed' | 'disarmed' | 'fired', seconds = 0): RunEvent {
  const undoesAt = new Date(NOW + seconds * 1000).toISOString();
  return { type: 'dead-man', host: hostName(name), state, ...(state === 'armed' ? { undoesAt } : {}) };
}

test.each<readonly [string, readonly RunEvent[], readonly string[]]>([
  ['a run that has armed nothing leaves everything as it is', [], ['nothing more is undone']],
  [
    'each armed host is named with its last deadline',
    [deadMan('cp2', 'armed', 20), deadMan('cp1', 'armed', 90), deadMan('cp2', 'armed', 120)],
    [
      'cp1 undoes this run by itself in 90 s, at 2026-11-26T03:01:30.000Z',
      'cp2 undoes this run by itself in 120 s, at 2026-11-26T03:02:00.000Z',
    ],
  ],
  [
    'a host that is disarmed or has fired is not waited for',
    [
      deadMan('cp1', 'armed', 20),
      deadMan('cp2', 'armed', 20),
      deadMan('cp1', 'disarmed'),
      deadMan('cp2', 'fired'),
    ],
    ['nothing more is undone'],
  ],
  [
    'a deadline that has passed is now',
    [deadMan('cp1', 'armed', -5)],
    ['cp1 undoes this run by itself in 0 s, at 2026-11-26T02:59:55.000Z'],
  ],
])('giving up on an undo: %s', (_, events, expected) => {
  const armed = new ArmedHosts();
  for (const event of events) armed.follow(event);
  const [first, ...lines] = armed.farewell(NOW).trimEnd().split('\nkonvoy-ha: ');
  expect([first?.replace('konvoy-ha: stopped at once: ', ''), ...lines.slice(0, -1)]).toEqual(expected);
  expect(lines.at(-1)).toBe('look at the hosts: konvoy-ha status');
});
