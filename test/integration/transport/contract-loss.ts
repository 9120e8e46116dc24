import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutate, mutateScript, probe, probeScript, stdoutOf } from '../../../src/domain/command.ts';
import { isAlive } from '../../support/processes.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { until } from '../../support/until.ts';
import { processId, shellOf, type OpenFixture } from './contract-fixture.ts';

/** A session ends, by will or by accident, and leaves nothing behind. */
export function lossCases(open: OpenFixture): void {
  test('a connection that breaks in the middle of a batch rejects it and all that wait', async () => {
    await using directory = await temporaryDirectory();
    await using fixture = await open();
    const { session, cut } = await fixture.connect();
    const shell = await shellOf(session);
    const started = `${directory.path}/started`;
    const running = session.mutate([
      mutateScript('touch "$1"; sleep 0.3', started),
      mutate('touch', `${directory.path}/too-late`),
    ]);
    const queued = session.probe([probe('true')]);
    const settled = Promise.allSettled([running, queued]);
    await until(() => existsSync(started));
    await cut();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'connection-lost', host: 'lb1' } });
    }
    await expect(session.probe([probe('true')])).rejects.toMatchObject({ code: 'connection-lost' });
    await until(() => !isAlive(shell));
    expect(existsSync(`${directory.path}/too-late`)).toBe(false);
  });

  test('aborting a probe that runs rejects with the reason and closes the session', async () => {
    await using directory = await temporaryDirectory();
    await using fixture = await open();
    const { session } = await fixture.connect();
    const shell = await shellOf(session);
    const abort = new AbortController();
    const started = `${directory.path}/started`;
    const running = session.probe([probeScript('touch "$1"; sleep 0.3', started)], abort.signal);
    const settled = Promise.allSettled([running]);
    await until(() => existsSync(started));
    abort.abort(new Error('the user pressed Ctrl-C'));
    expect((await settled)[0]).toMatchObject({ reason: { message: 'the user pressed Ctrl-C' } });
    await expect(session.probe([probe('true')])).rejects.toMatchObject({ code: 'connection-lost' });
    await until(() => !isAlive(shell));
  });

  test('a disposed session leaves no process behind and takes no more commands', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const shell = await shellOf(session);
    await session[Symbol.asyncDispose]();
    await until(() => !isAlive(shell));
    await expect(session.probe([probe('true')])).rejects.toMatchObject({ code: 'connection-lost' });
    await session[Symbol.asyncDispose]();
  });

  test('a process that a command left in the background does not keep the session from ending', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const shell = await shellOf(session);
    const [started] = await session.mutate([mutateScript('sleep 30 & echo $!')]);
    const daemon = processId(stdoutOf(started ?? expect.fail()));
    await session[Symbol.asyncDispose]();
    await until(() => !isAlive(shell));
    expect(isAlive(daemon)).toBe(true);
    process.kill(daemon);
  });
}
