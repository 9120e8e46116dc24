import { describe, expect, test } from 'vitest';
import type { DeadManTraces } from '../../../src/domain/dead-man.ts';
import { parseTraces } from '../../../src/engine/dead-man.ts';
import { said } from '../../support/command-results.ts';

const NOW = Date.parse('2026-11-26T03:00:00Z');

describe('what dead-men have left on a host', () => {
  test.each<readonly [string, string, DeadManTraces | undefined]>([
    ['nothing', '', undefined],
    [
      'a run that is waited for',
      'armed r1 97 apply ada@laptop\n',
      {
        armed: [
          {
            runId: 'r1',
            command: 'apply',
            by: 'ada@laptop',
            state: 'armed',
            undoesAt: '2026-11-26T03:01:37.000Z',
          },
        ],
      },
    ],
    [
      'a run whose host was restarted, which has no deadline any more',
      'armed r1 - rollback ada@laptop\n',
      { armed: [{ runId: 'r1', command: 'rollback', by: 'ada@laptop', state: 'armed' }] },
    ],
    [
      'the newest first, and what could not be undone with its words',
      'armed r1 -3 apply ada@laptop\nundoing r2 - apply bob@host\nfailed r2 bringing back file:/etc/a b\n',
      {
        armed: [
          {
            runId: 'r2',
            command: 'apply',
            by: 'bob@host',
            state: 'undoing',
            failure: 'bringing back file:/etc/a b',
          },
          {
            runId: 'r1',
            command: 'apply',
            by: 'ada@laptop',
            state: 'armed',
            undoesAt: '2026-11-26T02:59:57.000Z',
          },
        ],
      },
    ],
    [
      'a run that was undone',
      'undone r1 1795662000 reboot ada@laptop\n',
      {
        armed: [],
        undone: { runId: 'r1', at: '2026-11-26T03:00:00.000Z', because: 'reboot', by: 'ada@laptop' },
      },
    ],
    ['a note that was damaged, which says nothing', 'undone r1 soon reboot ada@laptop\n', undefined],
    ['a reason of a later release, which says nothing', 'undone r1 1795662000 moon ada@laptop\n', undefined],
  ])('%s', (_, output, expected) => {
    expect(parseTraces(said(output), NOW)).toEqual(expected);
  });
});
