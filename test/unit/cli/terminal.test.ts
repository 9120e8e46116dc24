import { expect, test } from 'vitest';
import { confirmWith } from '../../../src/cli/confirm.ts';
import { openTerminal } from '../../../src/cli/terminal.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import type { Terminal } from '../../../src/domain/terminal.ts';
import type { Proposal } from '../../../src/engine/propose.ts';
import { Typist } from '../../support/typist.ts';
import type { CliIo } from '../../../src/cli/io.ts';

interface Scene {
  readonly typist: Typist;
  readonly terminal: Terminal;
  readonly holds: string[];
  readonly interrupts: AbortController;
}

function sceneOf(): Scene {
  const typist = new Typist();
  const holds: string[] = [];
  const interrupts = new AbortController();
  const terminal = openTerminal(typist.io as CliIo, {
    hold: () => {
      holds.push('held');
      return () => void holds.push('released');
    },
    signal: interrupts.signal,
    interrupt: () => interrupts.abort(new KonvoyError('interrupted', { code: 'interrupted' })),
  });
  return { typist, terminal: terminal ?? expect.fail(), holds, interrupts };
}

test('a question is answered with the line that is typed', async () => {
  const { typist, terminal, holds } = sceneOf();
  const answer = terminal.converse((person) => person.ask('go on? '));
  await typist.answer('go on? ', 'yes\n');
  expect(await answer).toBe('yes');
  expect(typist.shown).toBe('go on? yes\n');
  expect(holds).toEqual(['held', 'released']);
});

test('a secret is typed without being shown, and the terminal shows typing again afterwards', async () => {
  const { typist, terminal } = sceneOf();
  const answer = terminal.converse((person) => person.askSecret('passphrase: '));
  await typist.sees('passphrase: ');
  expect(typist.showsTyping).toBe(false);
  await typist.answer('passphrase: ', 'correct horse\r');
  const secret = await answer;
  expect(secret?.reveal()).toBe('correct horse');
  expect(typist.showsTyping).toBe(true);
  expect(typist.shown).toBe('passphrase: \n');
});

test('conversations come one after the other, each to its end, in the order they were asked for', async () => {
  const { typist, terminal } = sceneOf();
  const first = terminal.converse(async (person) => [await person.ask('1a? '), await person.ask('1b? ')]);
  const second = terminal.converse((person) => person.ask('2? '));
  await typist.answer('1a? ', 'one\n');
  await typist.answer('1b? ', 'two\n');
  await typist.answer('2? ', 'three\n');
  expect(await first).toEqual(['one', 'two']);
  expect(await second).toBe('three');
});

test('a conversation that fails does not keep the next from its turn', async () => {
  const { typist, terminal, holds } = sceneOf();
  await expect(terminal.converse(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const next = terminal.converse((person) => person.ask('next? '));
  await typist.answer('next? ', 'fine\n');
  expect(await next).toBe('fine');
  expect(holds).toEqual(['held', 'released', 'held', 'released']);
});

test('an interrupt ends the question that waits and all that would come after it', async () => {
  const { typist, terminal, interrupts } = sceneOf();
  const asked = [
    terminal.converse((person) => person.ask('1? ')),
    terminal.converse((person) => person.ask('2? ')),
  ];
  await typist.sees('1? ');
  interrupts.abort(new KonvoyError('interrupted', { code: 'interrupted' }));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes).toEqual([
    expect.objectContaining({ reason: expect.objectContaining({ code: 'interrupted' }) as unknown }),
    expect.objectContaining({ reason: expect.objectContaining({ code: 'interrupted' }) as unknown }),
  ]);
  expect(typist.shown).toBe('1? \n');
});

test('^C while a secret is typed interrupts the run, and the terminal shows typing again', async () => {
  const { typist, terminal, interrupts } = sceneOf();
  const asked = terminal.converse((person) => person.askSecret('passphrase: '));
  await typist.answer('passphrase: ', 'corr\u0003');
  await expect(asked).rejects.toMatchObject({ code: 'interrupted' });
  expect(interrupts.signal.aborted).toBe(true);
  expect(typist.showsTyping).toBe(true);
});

test('when the input ends, nobody answers any more', async () => {
  const { typist, terminal } = sceneOf();
  const asked = terminal.converse(async (person) => [await person.ask('1? '), await person.ask('2? ')]);
  await typist.sees('1? ');
  typist.stdin.end();
  expect(await asked).toEqual([undefined, undefined]);
});

test('what is asked cannot write to the terminal on its own', async () => {
  const { typist, terminal } = sceneOf();
  const answer = terminal.converse((person) => person.ask('key of \u001b[2Jlb1\u202e?\n'));
  await typist.answer('key of \\x1b[2Jlb1\\u202e?\n', 'no\n');
  expect(await answer).toBe('no');
});

test.each([
  { what: 'stdin', isTTY: { stdin: false, stderr: true } },
  { what: 'stderr', isTTY: { stdin: true, stderr: false } },
])('there is nobody to ask when $what is no terminal', ({ isTTY }) => {
  const typist = new Typist();
  typist.stdin.isTTY = isTTY.stdin;
  typist.stderr.isTTY = isTTY.stderr;
  const options = {
    hold: () => () => undefined,
    signal: new AbortController().signal,
    interrupt: () => undefined,
  };
  expect(openTerminal(typist.io as CliIo, options)).toBeUndefined();
});

test.each([
  ['y\n', true],
  ['YES\n', true],
  ['\n', false],
  ['no\n', false],
  ['yellow\n', false],
])('a change is consented to with %j: %s', async (typed, consent) => {
  const { typist, terminal } = sceneOf();
  const confirmed = confirmWith({ yes: false, terminal }, 'apply this plan?')(noProposal);
  await typist.answer('konvoy-ha: apply this plan? [y/N] ', typed);
  expect(await confirmed).toBe(consent);
});

test('without a terminal a change needs --yes', async () => {
  await expect(confirmWith({ yes: false, terminal: undefined }, 'go?')(noProposal)).rejects.toMatchObject({
    code: 'usage',
    hints: [expect.stringContaining('--yes')],
  });
  expect(await confirmWith({ yes: true, terminal: undefined }, 'go?')(noProposal)).toBe(true);
});

const noProposal = {} as Proposal;
