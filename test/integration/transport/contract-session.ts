import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mutate, probe, stderrOf, stdoutOf, type Probe } from '../../../src/domain/command.ts';
import type { ScriptedStep } from '../../support/scripted-session.ts';
import type { OpenFixture } from './contract-fixture.ts';

/**
 * What every session does, also one that runs nothing: each case says what its commands answer, which a fake is told and
 * real ones have to prove.
 */
export function sessionCases(open: OpenFixture): void {
  test('results come in the order of the commands, each with its own exit code', async () => {
    await using fixture = await open();
    const script: readonly ScriptedStep[] = [
      looks(['sh', '-c', 'echo first; exit 3'], { exitCode: 3, stdout: 'first\n' }),
      looks(['true']),
      looks(['sh', '-c', 'printf err >&2; exit 255'], { exitCode: 255, stderr: 'err' }),
    ];
    const { session } = await fixture.connect(script);
    const results = await session.probe(script.map(({ argv }) => probe(...argv)));
    expect(results.map((result) => [result.exitCode, stdoutOf(result), stderrOf(result)])).toEqual([
      [3, 'first\n', ''],
      [0, '', ''],
      [255, '', 'err'],
    ]);
  });

  test('a mutation that fails is the last that has a result', async () => {
    await using fixture = await open();
    const script: readonly ScriptedStep[] = [
      changes(['true']),
      changes(['sh', '-c', 'echo why >&2; exit 7'], { exitCode: 7, stderr: 'why\n' }),
      changes(['echo', 'still here'], { stdout: 'still here\n' }),
    ];
    const { session } = await fixture.connect(script);
    const results = await session.mutate([
      mutate('true'),
      mutate('sh', '-c', 'echo why >&2; exit 7'),
      mutate('echo', 'never'),
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([0, 7]);
    const [next] = await session.mutate([mutate('echo', 'still here')]);
    expect(stdoutOf(next ?? expect.fail())).toBe('still here\n');
  });

  test('every byte comes out as it was printed, and nothing is added', async () => {
    await using fixture = await open();
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    const { session } = await fixture.connect([looks(['printf', octal], { stdout: bytes })]);
    const [result] = await session.probe([probe('printf', octal)]);
    expect(Buffer.from(result?.stdout ?? []).equals(bytes)).toBe(true);
  });

  test('sixteen mebibytes come out whole', async () => {
    await using fixture = await open();
    const size = 16 * 1024 * 1024;
    const argv = ['head', '-c', String(size), '/dev/zero'];
    const { session } = await fixture.connect([looks(argv, { stdout: Buffer.alloc(size) })]);
    const [result] = await session.probe([probe(...argv)]);
    expect(Buffer.from(result?.stdout ?? []).equals(Buffer.alloc(size))).toBe(true);
  });

  test.each([0, 1, 1000, 64 * 1024, 64 * 1024 + 1, 300_000])(
    'a payload of %i bytes goes in whole',
    async (size) => {
      await using fixture = await open();
      const stdin = randomBytes(size);
      const { session } = await fixture.connect([
        { ...changes(['cat'], { stdout: stdin }), stdin },
        changes(['echo', 'next'], { stdout: 'next\n' }),
      ]);
      const [echoed, next] = await session.mutate([{ ...mutate('cat'), stdin }, mutate('echo', 'next')]);
      expect(Buffer.from(echoed?.stdout ?? []).equals(stdin)).toBe(true);
      expect(stdoutOf(next ?? expect.fail())).toBe('next\n');
    },
  );

  test('words that a shell would read in another way arrive as they are', async () => {
    await using fixture = await open();
    const script = HOSTILE.map((word) => looks(['printf', '%s', word], { stdout: word }));
    const { session } = await fixture.connect(script);
    const results = await session.probe(HOSTILE.map((word) => probe('printf', '%s', word)));
    expect(results.map(stdoutOf)).toEqual(HOSTILE);
  });

  test('a word with NUL is refused before anything is sent, and no command is no work', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect([looks(['true'])]);
    await expect(session.probe([probe('echo', 'a\0b')])).rejects.toThrow('NUL');
    expect(await session.probe([])).toEqual([]);
    expect(await session.mutate([])).toEqual([]);
    expect((await session.probe([probe('true')]))[0]?.exitCode).toBe(0);
  });

  test('batches that are asked for at the same time each get their own answer', async () => {
    await using fixture = await open();
    const words = ['1', '2', '3', '4', '5'];
    const { session } = await fixture.connect(
      words.map((word) => looks(['echo', word], { stdout: `${word}\n` })),
    );
    const answers = await Promise.all(words.map(async (word) => session.probe([probe('echo', word)])));
    expect(answers.map(([result]) => stdoutOf(result ?? expect.fail()))).toEqual(
      words.map((word) => `${word}\n`),
    );
  });

  test('aborting what still waits takes it out and leaves the session usable', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect([
      looks(['echo', 'first'], { stdout: 'first\n' }),
      looks(['true']),
    ]);
    const abort = new AbortController();
    const first = session.probe([probe('echo', 'first')]);
    const second = session.probe([probe('echo', 'second')], abort.signal);
    const third = session.probe([probe('true')]);
    const settled = Promise.allSettled([first, second, third]);
    abort.abort(new Error('no longer wanted'));
    const outcomes = await settled;
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'no longer wanted' } });
    const late = AbortSignal.abort(new Error('at once'));
    await expect(session.probe([probe('true')], late)).rejects.toThrow('at once');
  });

  test('aborting what runs rejects with the reason and closes the session', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect([HANGING]);
    const abort = new AbortController();
    const settled = Promise.allSettled([
      session.probe([hanging], abort.signal),
      session.probe([probe('true')]),
    ]);
    await sleep(50);
    abort.abort(new Error('the user pressed Ctrl-C'));
    expect(await settled).toMatchObject([
      { reason: { message: 'the user pressed Ctrl-C' } },
      { reason: { code: 'connection-lost', host: 'lb1' } },
    ]);
    await expect(session.mutate([mutate('true')])).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('a connection that breaks rejects what runs, what waits and what is asked later', async () => {
    await using fixture = await open();
    const { session, cut } = await fixture.connect([HANGING]);
    const settled = Promise.allSettled([session.probe([hanging]), session.mutate([mutate('true')])]);
    await sleep(50);
    await cut();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'connection-lost', host: 'lb1' } });
    }
    await expect(session.lock('/run/lock', 'ann')).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('nothing is left open when a session has been disposed, and nothing is taken any more', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect([looks(['true'])]);
    let settled = false;
    const running = Promise.allSettled([session.probe([probe('true')])]).then(() => (settled = true));
    await session[Symbol.asyncDispose]();
    await Promise.race([running, sleep(0)]);
    expect(settled).toBe(true);
    await expect(session.probe([probe('true')])).rejects.toMatchObject({
      code: 'connection-lost',
      host: 'lb1',
    });
    await session[Symbol.asyncDispose]();
  });

  test('a lock is held by one session, which others are told, until that one has ended', async () => {
    await using fixture = await open();
    const path = `/run/konvoy-ha-contract-${randomBytes(6).toString('hex')}`;
    const [{ session: ann }, { session: bob, cut }, { session: cyd }] = [
      await fixture.connect([]),
      await fixture.connect([]),
      await fixture.connect([]),
    ];
    expect(await ann.lock(path, 'ann')).toEqual({ held: true });
    expect(await ann.lock(path, 'again')).toEqual({ held: true });
    expect(await bob.lock(path, 'bob')).toMatchObject({ held: false, owner: 'ann' });
    await ann[Symbol.asyncDispose]();
    expect(await bob.lock(path, 'bob')).toEqual({ held: true });
    expect(await cyd.lock(path, 'cyd')).toMatchObject({ held: false, owner: 'bob' });
    await cut();
    await expect.poll(async () => cyd.lock(path, 'cyd')).toEqual({ held: true });
  });
}

/** Ends by itself soon after, where it is run: nothing can recall it. */
const hanging: Probe = probe('sleep', '0.5');
const HANGING: ScriptedStep = { effect: 'none', argv: hanging.argv, hangs: true };

const HOSTILE = [
  ...[
    '',
    ' ',
    '\n',
    '\t\n ',
    "'",
    '"',
    '\\',
    '`id`',
    '$(id)',
    '$HOME',
    '${IFS}',
    '!!',
    '*',
    '?',
    '[a]',
    '~',
    '~root',
  ],
  ...[
    '-n',
    '--',
    '-e',
    '%s',
    '%',
    ';',
    '&',
    '|',
    '>x',
    '<x',
    '#',
    '{a,b}',
    'a\nb',
    'a\r\nb',
    "it's",
    '\\n',
    '\\\n',
  ],
  ...['ünï', '\u{1F600}', '\u001b[31m', 'EOF', 'exit', '}', 'a'.repeat(5000), `'"'"'`, "'\\''"],
];

type Said = Pick<ScriptedStep, 'exitCode' | 'stdout' | 'stderr'>;

function looks(argv: readonly string[], said: Said = {}): ScriptedStep {
  return { effect: 'none', argv, ...said };
}

function changes(argv: readonly string[], said: Said = {}): ScriptedStep {
  return { effect: 'change', argv, ...said };
}
