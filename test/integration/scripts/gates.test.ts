import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Gate } from '../../../src/backends/gate.ts';
import { handOver, joinGate, ownerGate, serviceGate } from '../../../src/backends/keepalived/gates.ts';
import { mutateScript } from '../../../src/domain/command.ts';
import { fakePrograms } from '../../support/fake-programs.ts';
import { runCommand, SHELLS } from '../../support/shells.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** `ip -o address show` of a host with these addresses. */
function addresses(...prefixes: readonly string[]): string {
  return prefixes
    .map((prefix) => `2: eth0    inet ${prefix} scope global eth0\\       valid_lft forever`)
    .join('\n');
}

const OWN = addresses('10.0.50.11/24');
const HELD = addresses('10.0.50.11/24', '10.0.50.20/32');

/** An `ip` that prints one text until it has been asked `times` times, and then the other. */
function ipThatChanges(before: string, after: string, times: number): string {
  return `echo asked >>"$calls"; if [ "$(wc -l <"$calls")" -gt ${times} ]; then cat <<'END'
${after}
END
else cat <<'END'
${before}
END
fi`;
}

describe.each(SHELLS)('handing the VIP over in $name', (shell) => {
  async function handsOver(ip: string): Promise<{ readonly exitCode: number; readonly isDrained: boolean }> {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { ip });
    const file = join(directory.path, 'run', 'handover');
    const { script, parameters } = handOver('10.0.50.20', 100);
    const command = mutateScript(script, file, ...parameters.slice(1));
    const { exitCode } = await runCommand(shell, command, { path });
    return { exitCode, isDrained: existsSync(file) };
  }

  test.each<readonly [string, string, number, boolean]>([
    ['ends when the VIP has gone, and the host stays drained', ipThatChanges(HELD, OWN, 3), 0, true],
    ['ends at once where the VIP is not', ipThatChanges(OWN, OWN, 0), 0, true],
    ['fails where nobody takes the VIP, and the host is ready again', ipThatChanges(HELD, HELD, 0), 1, false],
    ['does not take a question that failed for an absence', 'exit 1', 1, false],
    [
      'does not take another address for the VIP',
      ipThatChanges(HELD, addresses('10.0.50.201/24'), 2),
      0,
      true,
    ],
  ])('%s', async (_, ip, exitCode, isDrained) => {
    expect(await handsOver(ip)).toEqual({ exitCode, isDrained });
  });
});

describe.each(SHELLS)('the gate of an owner in $name', (shell) => {
  async function opens(ip: string, vip = '10.0.50.20', deadlineMs = 100): Promise<boolean> {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { ip });
    const { script, parameters } = ownerGate(vip, deadlineMs);
    return (await runCommand(shell, mutateScript(script, ...parameters), { path })).exitCode === 0;
  }

  test.each<readonly [string, string, string, boolean]>([
    ['opens at once where the VIP is', ipThatChanges(HELD, HELD, 0), '10.0.50.20', true],
    ['opens when the VIP comes', ipThatChanges(OWN, HELD, 3), '10.0.50.20', true],
    ['stays shut without the VIP', ipThatChanges(OWN, OWN, 0), '10.0.50.20', false],
    [
      'does not take an address for the VIP that ends like it',
      ipThatChanges(addresses('110.0.50.20/24'), OWN, 9),
      '10.0.50.20',
      false,
    ],
    [
      'does not take an address for the VIP that begins like it',
      ipThatChanges(addresses('10.0.50.201/24'), OWN, 9),
      '10.0.50.20',
      false,
    ],
    [
      'does not take a peer of a link for the VIP',
      ipThatChanges('2: tun0    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0', OWN, 9),
      '10.8.0.1',
      false,
    ],
    [
      'opens for an IPv6 VIP',
      ipThatChanges('2: eth0    inet6 2001:db8:50::20/128 scope global nodad deprecated', '', 9),
      '2001:db8:50::20',
      true,
    ],
    ['stays shut where ip fails', 'exit 1', '10.0.50.20', false],
  ])('%s', async (_, ip, vip, expected) => {
    expect(await opens(ip, vip)).toBe(expected);
  });

  test('asks no more often than the deadline allows', async () => {
    await using directory = await temporaryDirectory();
    const path = fakePrograms(directory.path, { ip: ipThatChanges(OWN, HELD, 10) });
    const { script, parameters } = ownerGate('10.0.50.20', 100);
    expect(await runCommand(shell, mutateScript(script, ...parameters), { path })).toMatchObject({
      exitCode: 1,
    });
  });
});

describe.each(SHELLS)('the gate of a member in $name', (shell) => {
  async function opens(how: {
    readonly pid: string | undefined;
    readonly state: string | undefined;
  }): Promise<boolean> {
    await using directory = await temporaryDirectory();
    const [pidFile, state] = ['keepalived.pid', 'run/state'].map((name) => join(directory.path, name));
    if (pidFile === undefined || state === undefined) throw new Error('no paths');
    await mkdir(join(directory.path, 'run'));
    const pid = how.pid === 'dying' ? `${spawn('sleep', ['0.1']).pid ?? 0}\n` : how.pid;
    if (pid !== undefined) await writeFile(pidFile, pid);
    if (how.state !== undefined) await writeFile(state, how.state);
    const gate = elsewhere(joinGate(60), { pidFile, state });
    return (await runCommand(shell, mutateScript(gate.script, ...gate.parameters))).exitCode === 0;
  }
  const running = `${process.pid}\n`;

  test.each<readonly [string, string | undefined, string | undefined, boolean]>([
    ['opens for a backup', running, 'BACKUP 1763820000 4711\n', true],
    ['opens for the active', running, 'MASTER 1763820000 4711\n', true],
    [
      'opens for a host at fault, which has no API server to lead to',
      running,
      'FAULT 1763820000 4711\n',
      true,
    ],
    ['stays shut while it stops', running, 'STOP 1763820000 4711\n', false],
    ['stays shut before a state is known', running, undefined, false],
    ['stays shut when the state is empty', running, '', false],
    [
      'stays shut when keepalived is not there, whatever it said last',
      undefined,
      'BACKUP 1763820000 4711\n',
      false,
    ],
    // Above kernel.pid_max: no such process can be.
    ['stays shut when keepalived has died', '4194305\n', 'BACKUP 1763820000 4711\n', false],
    ['stays shut when it dies right after it was told', 'dying', 'BACKUP 1763820000 4711\n', false],
    ['stays shut when the process id is empty', '', 'BACKUP 1763820000 4711\n', false],
  ])('%s', async (_, pid, state, expected) => {
    expect(await opens({ pid, state })).toBe(expected);
  });
});

describe.each(SHELLS)('the gate of a member that has to serve in $name', (shell) => {
  async function opens(...states: readonly string[]): Promise<boolean> {
    await using directory = await temporaryDirectory();
    const [pidFile, state] = ['keepalived.pid', 'state'].map((name) => join(directory.path, name));
    if (pidFile === undefined || state === undefined) throw new Error('no paths');
    await writeFile(pidFile, `${process.pid}\n`);
    const gate = elsewhere(serviceGate(500), { pidFile, state });
    await writeFile(state, `${states[0] ?? ''} 1763820000 4711\n`);
    const opened = runCommand(shell, mutateScript(gate.script, ...gate.parameters));
    for (const next of states.slice(1)) {
      await sleep(300);
      await writeFile(state, `${next} 1763820000 4711\n`);
    }
    return (await opened).exitCode === 0;
  }

  test.each<readonly [string, readonly string[], boolean]>([
    ['opens for a backup that stays one', ['BACKUP'], true],
    ['opens for the active', ['MASTER'], true],
    ['stays shut for a host at fault', ['FAULT'], false],
    [
      'stays shut for a backup whose check finds a fault a moment after the reload',
      ['BACKUP', 'FAULT'],
      false,
    ],
    ['opens for a host that was at fault for a moment', ['FAULT', 'BACKUP'], true],
  ])('%s', async (_, states, expected) => {
    expect(await opens(...states)).toBe(expected);
  });
});

/** The gate, looking at files of the test. */
function elsewhere(gate: Gate, files: { readonly pidFile: string; readonly state: string }): Gate {
  const [tries = '', state, ...how] = gate.parameters;
  expect(gate.script).toContain('/run/keepalived.pid');
  expect(state).toBe('/run/konvoy-ha/state');
  return {
    script: gate.script.replace('/run/keepalived.pid', files.pidFile),
    parameters: [tries, files.state, ...how],
  };
}
