import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { mutate, mutateScript, probe, stdoutOf } from '../../../src/domain/command.ts';
import type { LockHolder, Session } from '../../../src/transport/transport.ts';
import { isAlive } from '../../support/processes.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';
import { processId, shellOf, type ContractFixture, type OpenFixture } from './contract-fixture.ts';

/** One session holds the lock, and the kernel sees to it. */
export function lockCases(open: OpenFixture): void {
  test('a lock keeps another session out, tells it who has it, and goes with the session', async () => {
    await using contest = await contestOf(open);
    const { path, holder, other } = contest;
    expect(await holder.lock(path, `ann's apply -n \\n %s`)).toEqual({ held: true });
    expect(await holder.lock(path, 'again')).toEqual({ held: true });
    const text = await readFile(`${path}.owner`, 'utf8');
    expect(text.split('\n')[0]).toBe(`ann's apply -n \\n %s`);
    expect(await other.lock(path, 'bob')).toEqual({
      held: false,
      owner: `ann's apply -n \\n %s`,
      holder: { pid: await shellOf(holder), startedAt: expect.stringMatching(/^\d+$/) as string },
    });
    await holder[Symbol.asyncDispose]();
    expect(existsSync(path) || existsSync(`${path}.owner`)).toBe(false);
    expect(await other.lock(path, 'bob')).toEqual({ held: true });
  });

  test('a lock is free again when its connection has died', async () => {
    await using directory = await temporaryDirectory();
    await using fixture = await open();
    const path = `${directory.path}/lock`;
    const holder = await fixture.connect();
    const { session: other } = await fixture.connect();
    expect(await holder.session.lock(path, 'ann')).toEqual({ held: true });
    const shell = await shellOf(holder.session);
    await holder.cut();
    await until(() => !isAlive(shell));
    expect(await other.lock(path, 'bob')).toEqual({ held: true });
    expect(await readFile(`${path}.owner`, 'utf8')).toMatch(/^bob\n/);
  });

  test('a lock is not inherited by what a command left running', async () => {
    await using contest = await contestOf(open);
    const { path, holder, other } = contest;
    await holder.lock(path, 'ann');
    const [started] = await holder.mutate([mutateScript('sleep 30 >/dev/null 2>&1 & echo $!')]);
    await holder[Symbol.asyncDispose]();
    expect(await other.lock(path, 'bob')).toEqual({ held: true });
    process.kill(processId(stdoutOf(started ?? expect.fail())));
  });

  test('a lock can be broken: its holder is cut off, and what it was told is not begun any more', async () => {
    await using contest = await contestOf(open);
    const { path, holder, other } = contest;
    await holder.lock(path, 'ann');
    const work = holder
      .mutate([
        mutateScript('touch "$1.begun"; sleep 0.5; touch "$1.ended"', path),
        mutate('touch', `${path}.next`),
      ])
      .catch((error: unknown) => error);
    await until(() => existsSync(`${path}.begun`));
    await other.breakLock(path, await holderSeenBy(other, path), 20_000);
    expect(existsSync(`${path}.ended`)).toBe(true);
    expect(await other.lock(path, 'bob')).toEqual({ held: true });
    expect(await work).toMatchObject({ code: 'connection-lost' });
    expect(existsSync(`${path}.next`)).toBe(false);
    await holder[Symbol.asyncDispose]();
    expect(await readFile(`${path}.owner`, 'utf8')).toMatch(/^bob\n/);
  });

  test('a command that hangs under a broken lock is ended, with all that it has started', async () => {
    await using contest = await contestOf(open);
    const { path, holder, other } = contest;
    await holder.lock(path, 'ann');
    const hanging = mutateScript(
      'sh -c "echo \\$\\$ >\\$1.draft; mv \\$1.draft \\$1.pid; sleep 60; :" x "$1"; :',
      path,
    );
    const work = holder.mutate([hanging]).catch((error: unknown) => error);
    await until(() => existsSync(`${path}.pid`));
    const child = processId(await readFile(`${path}.pid`, 'utf8'));
    await other.breakLock(path, await holderSeenBy(other, path), 200);
    expect(isAlive(child)).toBe(false);
    expect(await work).toMatchObject({ code: 'connection-lost' });
    expect(await other.lock(path, 'bob')).toEqual({ held: true });
  });

  test('nobody is cut off who is not the holder', async () => {
    await using contest = await contestOf(open);
    const { path, holder, other } = contest;
    const { session: bystander } = await contest.connect();
    await holder.lock(path, 'ann');
    const { pid, startedAt } = await holderSeenBy(other, path);
    const wrong = [
      { pid: await shellOf(bystander), startedAt },
      { pid, startedAt: '1' },
    ];
    for (const process of wrong)
      await expect(other.breakLock(path, process, 200)).rejects.toMatchObject({ code: 'lock-held' });
    for (const session of [holder, bystander])
      expect((await session.probe([probe('true')]))[0]?.exitCode).toBe(0);
    expect(await other.lock(path, 'bob')).toMatchObject({ held: false, owner: 'ann' });
  });

  test('a lock in a place that cannot be written is a failure that says so', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    await expect(session.lock('/proc/no/lock', 'ann')).rejects.toMatchObject({
      code: 'step-failed',
      host: 'lb1',
    });
    expect((await session.probe([probe('true')]))[0]?.exitCode).toBe(0);
  });

  test('a lock that somebody broke is not removed from under its new holder', async () => {
    await using contest = await contestOf(open);
    const { path, holder: first, other: second } = contest;
    await first.lock(path, 'ann');
    await second.mutate([mutate('rm', '-f', path)]);
    expect(await second.lock(path, 'bob')).toEqual({ held: true });
    await first[Symbol.asyncDispose]();
    expect(await readFile(`${path}.owner`, 'utf8')).toMatch(/^bob\n/);
  });
}

/** Two sessions that both want the lock at `path`. */
interface Contest extends ContractFixture {
  readonly path: string;
  readonly holder: Session;
  readonly other: Session;
}

async function contestOf(open: OpenFixture): Promise<Contest> {
  const directory = await temporaryDirectory();
  const fixture = await open();
  const [{ session: holder }, { session: other }] = [await fixture.connect(), await fixture.connect()];
  return {
    path: `${directory.path}/run/lock`,
    holder,
    other,
    connect: (script) => fixture.connect(script),
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function holderSeenBy(session: Session, path: string): Promise<LockHolder> {
  const outcome = await session.lock(path, 'looking');
  if (outcome.held || outcome.holder === undefined) throw new Error(`${path} has no holder that is named`);
  return outcome.holder;
}
