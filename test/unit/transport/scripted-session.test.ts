import { expect, test } from 'vitest';
import { mutate, probe, stdoutOf } from '../../../src/domain/command.ts';
import { ScriptedSession, type ScriptedStep } from '../../support/scripted-session.ts';
import { testTarget } from '../../support/targets.ts';

const { host } = testTarget({ knownHostsFiles: [] });
const idStep: ScriptedStep = { effect: 'none', argv: ['id', '-u'], stdout: '0\n' };

test('a scripted session answers what its script says, in any order, and counts batches', async () => {
  const session = new ScriptedSession(host, [
    idStep,
    { effect: 'none', argv: ['uname'], exitCode: 1, stderr: 'no' },
  ]);
  const results = await session.probe([probe('uname'), probe('id', '-u')]);
  expect(results.map((result) => [result.exitCode, stdoutOf(result)])).toEqual([
    [1, ''],
    [0, '0\n'],
  ]);
  expect(session.batches).toBe(1);
  expect(session.transcript).toEqual([['uname'], ['id', '-u']]);
  session.assertNoPending();
});

test('a command that no step expects fails', async () => {
  const session = new ScriptedSession(host, [idStep]);
  await expect(session.probe([probe('id')])).rejects.toThrow('lb1 does not expect: probe ["id"]');
  await expect(session.mutate([mutate('id', '-u')])).rejects.toThrow('does not expect: mutate');
});

test('a step is used once', async () => {
  const session = new ScriptedSession(host, [idStep]);
  await session.probe([probe('id', '-u')]);
  await expect(session.probe([probe('id', '-u')])).rejects.toThrow('does not expect');
});

test('a payload that nobody expects fails, and so does another one', async () => {
  const step: ScriptedStep = { effect: 'change', argv: ['tee', '/x'], stdin: 'wanted' };
  const session = new ScriptedSession(host, [step]);
  await expect(session.mutate([mutate('tee', '/x')])).rejects.toThrow('does not expect');
  await expect(session.mutate([{ ...mutate('tee', '/x'), stdin: Buffer.from('other') }])).rejects.toThrow();
  expect(await session.mutate([{ ...mutate('tee', '/x'), stdin: Buffer.from('wanted') }])).toHaveLength(1);
});

test('a step that was never asked for fails at the end', () => {
  const session = new ScriptedSession(host, [idStep]);
  expect(() => session.assertNoPending()).toThrow('lb1 was never asked for:\n  probe ["id","-u"]');
});

test('mutations stop at the first that fails, as on a real host', async () => {
  const session = new ScriptedSession(host, [
    { effect: 'change', argv: ['a'], exitCode: 1 },
    { effect: 'change', argv: ['b'] },
  ]);
  expect(await session.mutate([mutate('a'), mutate('b')])).toHaveLength(1);
  expect(() => session.assertNoPending()).toThrow('mutate ["b"]');
});

test('a lock is held unless somebody else is said to have it', async () => {
  expect(await new ScriptedSession(host, []).lock('/run/lock', 'bob')).toEqual({ held: true });
  expect(await new ScriptedSession(host, []).lockedBy('/run/lock', 'ann').lock('/run/lock', 'bob')).toEqual({
    held: false,
    owner: 'ann',
  });
});

test('a disposed session takes nothing', async () => {
  const session = new ScriptedSession(host, [idStep]);
  await session[Symbol.asyncDispose]();
  await expect(session.probe([probe('id', '-u')])).rejects.toMatchObject({ code: 'connection-lost' });
});
