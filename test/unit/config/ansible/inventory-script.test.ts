import { describe, expect, it } from 'vitest';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { readScript } from '../../../../src/config/ansible/inventory-script.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { err, ok, type Result } from '../../../../src/domain/result.ts';
import { formatDiagnostic } from '../read.ts';

/** What comes of a script that answers these arguments so. */
async function run(
  answers: Readonly<Record<string, unknown>>,
): Promise<{ readonly groups: unknown; readonly hosts: unknown; readonly problems: readonly string[] }> {
  const problems = new Problems();
  const draft = new InventoryDraft();
  const runScript = async (_path: string, args: readonly string[]): Promise<Result<string, string>> => {
    const answer = answers[args.join(' ')];
    if (answer === undefined) return err(`ended with status 1\nno ${args.join(' ')}`);
    return ok(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  const script = { kind: 'script' as const, name: 'cloud.py', path: '/inv/cloud.py' };
  const isRead = await readScript(script, draft, { runScript, problems });
  expect(isRead).toBe(!problems.hasErrors);
  const { groups, hosts } = draft.finish(problems);
  const shown = (
    variables: ReadonlyMap<string, { readonly value: { text(): string | undefined } }>,
  ): unknown => Object.fromEntries(Array.from(variables, ([name, { value }]) => [name, value.text()]));
  return {
    groups: Object.fromEntries(
      Array.from(groups.values(), (group) => [
        group.name,
        [group.hosts, group.children, shown(group.variables)],
      ]),
    ),
    hosts: Object.fromEntries(Array.from(hosts.values(), (host) => [host.name, shown(host.variables)])),
    problems: problems.list().map(formatDiagnostic),
  };
}

describe('an inventory script', () => {
  it('says everything in one answer', async () => {
    const list = {
      web: { hosts: ['h1', 'h2'], vars: { a: 1 }, children: ['db'] },
      db: ['h3'],
      h4: { b: 'x' },
      _meta: { hostvars: { h1: { c: 'y' }, unknown: { d: 1 } } },
    };
    expect(await run({ '--list': list })).toEqual({
      groups: {
        all: [[], ['ungrouped', 'web', 'h4'], {}],
        ungrouped: [[], [], {}],
        web: [['h1', 'h2'], ['db'], { a: '1' }],
        db: [['h3'], [], {}],
        h4: [['h4'], [], { b: 'x' }],
      },
      hosts: { h1: { c: 'y' }, h2: {}, h3: {}, h4: {} },
      problems: [],
    });
  });

  it('is asked about each host when it has not said everything', async () => {
    const answers = { '--list': { web: ['h1', 'h2'] }, '--host h1': { a: 1 }, '--host h2': {} };
    expect(await run(answers)).toMatchObject({ hosts: { h1: { a: '1' }, h2: {} }, problems: [] });
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['fails', {}, ['error: cloud.py --list: ended with status 1\nno --list']],
    [
      'fails for one host',
      { '--list': { web: ['h1'] } },
      ['error: cloud.py --host h1: ended with status 1\nno --host h1'],
    ],
    ['prints a list', { '--list': [] }, ['cloud.py --list:1:1 [[] error: expected an object with groups']],
    [
      'has a text for hosts',
      { '--list': { web: { hosts: 'h1' }, _meta: { hostvars: {} } } },
      ['cloud.py --list:1:17 ["h1"] error: web.hosts: expected a list of names'],
    ],
    [
      'has a number for a host',
      { '--list': { web: ['h1', 2], _meta: { hostvars: {} } } },
      ['cloud.py --list:1:14 [2] error: web: expected a name'],
    ],
    [
      'has null for the variables of a host',
      { '--list': { web: ['h1'], _meta: { hostvars: { h1: null } } } },
      ['cloud.py --list:1:41 [null] error: _meta.hostvars.h1: expected an object with variables'],
    ],
  ])('that %s is refused', async (_what, answers, problems) => {
    expect((await run(answers)).problems).toEqual(problems);
  });

  it.each(['', 'hello', '{"a": [', 'web: {hosts: [h1]}', "{'web': ['h1']}", '{}{}', 'null'])(
    'that prints %j is refused with a place in what it printed',
    async (text) => {
      expect((await run({ '--list': text })).problems).toEqual([
        expect.stringMatching(/^cloud\.py --list:\d+:\d+ /),
      ]);
    },
  );
});
