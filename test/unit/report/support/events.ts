import type { RunEvent } from '../../../../src/domain/event.ts';
import { ip } from '../../../support/branded.ts';
import { verdictOf, type Check } from '../../../../src/domain/verdict.ts';
import {
  CONF,
  file,
  historyEntry,
  hostGenerations,
  host,
  hostPlan,
  hostStatus,
  plan,
  RUNNING,
  unchanged,
  update,
} from './samples.ts';

const checks: readonly Check[] = [
  { name: 'one-owner', status: 'pass', evidence: 'cp1 holds 192.0.2.10' },
  {
    name: 'vip-readyz',
    status: 'fail',
    host: host('cp2'),
    evidence: 'https://192.0.2.10:6443/readyz timed out after 2 s from cp2',
    hint: 'a firewall between cp2 and the vip?',
  },
];

/** One event of each type, as in docs/output.md; the type of this table makes it complete. */
export const ONE_OF_EACH: { readonly [Type in RunEvent['type']]: Extract<RunEvent, { type: Type }> } = {
  'run-started': {
    type: 'run-started',
    command: 'apply',
    runId: '20261102T140311Z-7f3a',
    hosts: [host('cp1'), host('cp2')],
  },
  diagnostic: {
    type: 'diagnostic',
    diagnostic: {
      severity: 'error',
      message: 'vrid: expected an integer from 1 to 255, got 300',
      span: { file: 'cluster.yaml', line: 12, column: 15, length: 3, text: '        vrid: 300' },
      hints: ['leave it out and konvoy-ha picks a free one'],
    },
  },
  calibration: {
    type: 'calibration',
    seconds: 30,
    hosts: [
      {
        host: host('cp1'),
        stalls: { samples: 1320, worstMs: 20 },
        links: [
          {
            peer: host('cp2'),
            address: ip('10.0.0.12'),
            measured: { sent: 600, answered: 600, longestMs: 51 },
          },
          { peer: host('cp3'), address: ip('10.0.0.13'), measured: { because: 'there is no ping' } },
        ],
      },
    ],
  },
  'run-step': { type: 'run-step', step: 'locking 2 hosts' },
  'host-step': { type: 'host-step', host: host('cp1'), step: 'installing keepalived' },
  'host-failed': {
    type: 'host-failed',
    host: host('cp2'),
    code: 'connect-failed',
    message: 'cannot connect to 10.0.0.12:22: connection refused',
    hints: ['is sshd running there?'],
  },
  plan: {
    type: 'plan',
    plan: plan(
      [
        hostPlan(
          'cp1',
          [
            {
              ...update(
                file(CONF, 'priority 240\nauth_pass old\n', { effect: 'reload' }),
                file(CONF, 'priority 250\nauth_pass new\n', { effect: 'reload', mode: 0o600 }),
              ),
              cause: 'by-hand',
            },
            unchanged(RUNNING),
          ],
          { serviceAction: 'reload', drifted: true, generation: 3 },
        ),
      ],
      {
        headline: 'vip 192.0.2.10:6443 by keepalived on 1 host',
        activation: {
          waves: [{ hosts: [host('cp1')], gate: 'owns-vip' }],
          because: 'there is one host',
          prediction: 'the vip stays on cp1; no request is lost',
        },
      },
    ),
  },
  'plan-saved': { type: 'plan-saved', path: 'friday.plan' },
  checks: { type: 'checks', checks },
  verdict: { type: 'verdict', verdict: verdictOf(checks, [host('cp1')]) },
  status: {
    type: 'status',
    status: {
      endpoint: '192.0.2.10:6443',
      hosts: [
        hostStatus('cp1', { holdsVip: true, state: 'active' }),
        hostStatus('cp2', {
          drift: [`file:${CONF}`],
          deadMan: {
            armed: [],
            undone: {
              runId: '20261102T140311Z-7f3a',
              by: 'ada@laptop',
              at: '2026-11-02T14:05:12.000Z',
              because: 'timeout',
            },
          },
        }),
      ],
    },
  },
  history: {
    type: 'history',
    entries: [
      historyEntry(1),
      historyEntry(2, { command: 'rollback', restored: 1, at: '2026-11-03T02:59:01Z', hosts: [host('cp1')] }),
    ],
    hosts: [hostGenerations('cp1', [1, 2]), hostGenerations('cp2', [1])],
  },
  'vip-probed': { type: 'vip-probed', requests: 412, lost: 0, longestOutageMs: 21 },
  'dead-man': {
    type: 'dead-man',
    host: host('cp1'),
    state: 'armed',
    undoesAt: '2026-11-02T14:05:11.000Z',
  },
  drill: {
    type: 'drill',
    round: 1,
    result: {
      fault: 'api',
      host: host('cp1'),
      wasActive: true,
      requests: 871,
      lost: 43,
      outageMs: 430,
      takeoverMs: 510,
      takenBy: host('cp2'),
      lostAfterwards: 0,
      cameBack: true,
    },
  },
  drills: {
    type: 'drills',
    fault: 'stop',
    rounds: 3,
    lost: { min: 1, median: 3, p99: 3 },
    outageMs: { min: 11, median: 29, p99: 29 },
    takeoverMs: { min: 50, median: 52, p99: 55 },
  },
  'host-drained': { type: 'host-drained', host: host('cp1'), drained: true, changed: true },
  'undo-started': { type: 'undo-started', because: 'cp2: keepalived did not join within 10 s' },
  'host-finished': {
    type: 'host-finished',
    host: host('cp2'),
    state: 'undo-failed',
    detail: 'connection lost during the reload',
  },
  'run-finished': {
    type: 'run-finished',
    summary: {
      command: 'apply',
      changed: 3,
      unchanged: 9,
      hosts: 2,
      endpoint: '192.0.2.10:6443',
      active: host('cp1'),
      generation: 4,
      kept: ['package keepalived: it was there before konvoy-ha'],
      elapsedMs: 8200,
    },
  },
  exit: {
    type: 'exit',
    code: 3,
    error: {
      code: 'step-failed',
      message: '1 of 2 hosts failed; every change is undone',
      hints: ['konvoy-ha apply --limit @failed tries again'],
    },
  },
};
