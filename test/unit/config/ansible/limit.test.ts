import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../src/domain/result.ts';
import { matchesGlob } from '../../../../src/config/ansible/glob.ts';
import { hostsOf, type Inventory } from '../../../../src/config/ansible/inventory.ts';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { readInventoryFile } from '../../../../src/config/ansible/inventory-file.ts';
import { filesOfLimit, limitedHosts, selectHosts } from '../../../../src/config/ansible/limit.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';

/** Also on every name, so that what a pattern means is seen on more than the control plane. */
const inventory = inventoryOf(`
all:
  children:
    rack1: {hosts: {cp1: , cp2.example.net: , node1: }}
    rack2: {hosts: {cp3: , 192.0.2.9: , node2: }}
control-plane:
  hosts: {cp3: , cp1: , cp2.example.net: , "fd00::1": , 192.0.2.9: }
node:
  children: {large: {hosts: {node3: }}}
  hosts: {node1: , node2: , node3: }
empty:
lost: {hosts: {node1: , twice: }}
twice: {hosts: {node1: , node2: }}
`);

function inventoryOf(text: string): Inventory {
  const problems = new Problems();
  const draft = new InventoryDraft();
  readInventoryFile(sourceFile('inventory.yaml', '/cluster', text), draft, problems);
  const finished = draft.finish(problems);
  expect(problems.list()).toEqual([]);
  return finished;
}

function limit(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Result<readonly string[], string> {
  return limitedHosts(inventory, { text, files: new Map(Object.entries(files)) });
}

const everyone = hostsOf(inventory, 'all').map((host) => host.name);

describe('a limit', () => {
  // Expectations: InventoryManager of ansible-core 2.14 (test/integration/ansible/limit.test.ts compares many more).
  it.each([
    ['all', everyone],
    ['*', everyone],
    ['control-plane', ['cp1', 'cp2.example.net', 'cp3', '192.0.2.9', 'fd00::1']],
    ['cp1', ['cp1']],
    ['cp3,cp1', ['cp1', 'cp3']],
    [' cp1 , cp3 ,', ['cp1', 'cp3']],
    ['cp1:cp3', ['cp1', 'cp3']],
    ['rack1', ['cp1', 'cp2.example.net', 'node1']],
    ['large', ['node3']],
    ['cp*', ['cp1', 'cp2.example.net', 'cp3']],
    ['cp?', ['cp1', 'cp3']],
    ['cp[!3]', ['cp1']],
    ['cp[1-2]*', ['cp1', 'cp2.example.net']],
    ['*.example.net', ['cp2.example.net']],
    ['all,!rack?', ['fd00::1', 'node3', 'twice']],
    ['!cp1,!node', ['cp2.example.net', 'cp3', '192.0.2.9', 'fd00::1', 'twice']],
    ['all:!rack1', ['cp3', '192.0.2.9', 'node2', 'fd00::1', 'node3', 'twice']],
    ['!rack1:node', ['node2', 'node3']],
    ['&rack1', ['cp1', 'cp2.example.net', 'node1']],
    ['cp*:&rack1:!cp1', ['cp2.example.net']],
    ['control-plane,&rack1,&cp?', ['cp1']],
    ['all,&rack1,!empty', ['cp1', 'cp2.example.net', 'node1']],
    ['fd00::1', ['fd00::1']],
    ['!fd00::1,!node,!twice', ['cp1', 'cp2.example.net', 'cp3', '192.0.2.9', 'twice']],
    ['!fd00::1', everyone.filter((name) => name !== 'fd00::1')],
    ['fd00::*,cp1', ['cp1', 'fd00::1']],
    ['192.0.2.*', ['192.0.2.9']],
    ['control-plane[0]', ['cp3']],
    ['control-plane[-1]', ['192.0.2.9']],
    ['control-plane[1:2]', ['cp1', 'cp2.example.net']],
    ['control-plane[3:]', ['192.0.2.9', 'fd00::1']],
    ['control-plane[3:99]', ['192.0.2.9', 'fd00::1']],
    ['control-plane[2:0]', ['cp2.example.net']],
    ['control-plane[1-2]', ['cp1', 'cp2.example.net']],
    ['control-plane[0],!rack1[0]', ['cp3']],
    ['rack*[3]', ['cp3']],
    ['node[0]', ['node1']],
    ['cp1[0]', ['cp1']],
    ['twice', ['twice']],
    ['lost,!twice', ['twice']],
    ['~cp', ['cp1', 'cp2.example.net', 'cp3']],
    ['~cp\\d$', ['cp1', 'cp3']],
    ['~(rack|twi)', ['cp1', 'cp2.example.net', 'node1', 'cp3', '192.0.2.9', 'node2', 'twice']],
    ['~(?!node)(?!cp).*0', ['192.0.2.9', 'fd00::1']],
    ['all,!~.*\\.', ['cp1', 'node1', 'cp3', 'node2', 'fd00::1', 'node3', 'twice']],
    ['ungrouped,cp1', ['cp1']],
  ])('%s', (pattern, names) => {
    expect(limit(pattern)).toEqual({ ok: true, value: names });
  });

  it('of files has one pattern on a line, whatever is in it', () => {
    const files = { 'a b': 'x', list: '\n cp1 \r\nnode*\n\n!node2', more: 'rack2' };
    expect(limit('@list', files)).toEqual({ ok: true, value: ['cp1', 'node1', 'node3'] });
    expect(limit('@list,@more', files)).toMatchObject({
      value: ['cp1', 'node1', 'cp3', '192.0.2.9', 'node3'],
    });
    expect(limit('@comma', { comma: 'cp1,cp3' })).toMatchObject({
      error: '"cp1,cp3" matches no host and no group of the inventory',
    });
    expect(limit('@empty', { empty: '\n \n' })).toMatchObject({ error: 'the limit is empty' });
    expect(filesOfLimit('@list,cp1,@sub/more')).toEqual(['list', 'sub/more']);
    expect(filesOfLimit('@list:@more')).toEqual(['list', 'more']);
  });

  it.each([
    ['', 'the limit is empty'],
    [' , ', 'the limit is empty'],
    ['cp9', '"cp9" matches no host and no group of the inventory; did you mean "cp1"?'],
    ['rack3', '"rack3" matches no host and no group of the inventory; did you mean "rack1"?'],
    ['cp1,nobody', '"nobody" matches no host and no group of the inventory'],
    ['all,!nobody', '"nobody" matches no host and no group of the inventory'],
    ['all,&x*', '"x*" matches no host and no group of the inventory'],
    ['cp1,!', 'there is nothing behind "!"'],
    ['&', 'there is nothing behind "&"'],
    ['cp1,!cp1', '"cp1,!cp1" selects no host'],
    ['empty', '"empty" selects no host'],
    ['ungrouped', '"ungrouped" selects no host'],
    ['cp1:22', '"cp1:22" matches no host and no group of the inventory'],
    ['localhost', '"localhost" matches no host and no group of the inventory'],
    ['rack1[3]', '"rack1[3]" matches no host: "rack1" has 3 hosts, counted from 0'],
    ['rack1[-4]', '"rack1[-4]" matches no host: "rack1" has 3 hosts, counted from 0'],
    ['large[1]', '"large[1]" matches no host: "large" has one host, counted from 0'],
    ['large[1:2]', '"large[1:2]" selects no host'],
    ['@list', '"@list" matches no host and no group of the inventory'],
    ['~cp(', '"~cp(": not a regular expression that is understood'],
    ['~(cp+)*x', '"~(cp+)*x": a repeated group with a repetition or a choice in it can take for ever'],
  ])('%j is refused', (pattern, error) => {
    expect(limit(pattern)).toEqual({ ok: false, error });
  });

  it('and its opposite share all hosts between them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('cp1', 'rack1', 'rack2', 'cp?', 'fd00::1', '*2*', '~n', 'node[1:]'),
        (pattern) => {
          const names = [limit(pattern), limit(`all,!${pattern}`)].flatMap((result) =>
            result.ok ? result.value : [],
          );
          expect([...names].sort()).toEqual([...everyone].sort());
        },
      ),
    );
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('cp1*+?[]()!&:,~@-^\\ .{}|')) }),
        (pattern) => {
          expect(() => limit(pattern)).not.toThrow();
          expect(() => limit(`~${pattern}`)).not.toThrow();
        },
      ),
    );
  });
});

describe('a limit on the control plane', () => {
  const controlPlane = hostsOf(inventory, 'control-plane').map((host) => host.name);
  const select = (text: string): Result<readonly string[], string> =>
    selectHosts(inventory, { text, files: new Map() }, controlPlane);

  it('keeps the order of the control plane, and is not needed', () => {
    expect(select('rack1,cp3,node1')).toEqual({ ok: true, value: ['cp3', 'cp1', 'cp2.example.net'] });
    expect(selectHosts(inventory, undefined, controlPlane)).toEqual({ ok: true, value: controlPlane });
  });

  it('counts within a group as it is, not within the control plane', () => {
    expect(select('rack1[0:2]')).toEqual({ ok: true, value: ['cp1', 'cp2.example.net'] });
    expect(select('rack1[2]')).toEqual({
      ok: false,
      error: '"rack1[2]" selects hosts of the inventory, but none of the control plane',
    });
  });

  it('says what matches nothing at all in another way', () => {
    expect(select('nodes')).toEqual({
      ok: false,
      error: '"nodes" matches no host and no group of the inventory; did you mean "node"?',
    });
  });
});

describe('a glob', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a', 'a', true],
    ['a', 'A', false],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c*e', 'abcde', true],
    ['a*c*e', 'abcd', false],
    ['**a', 'ba', true],
    ['a?c', 'abc', true],
    ['a?', 'a', false],
    ['[ab]c', 'bc', true],
    ['[!ab]c', 'bc', false],
    ['[a-c]', 'b', true],
    ['[c-a]', 'b', false],
    ['[a', '[a', true],
    ['a.c', 'abc', false],
    ['a+', 'a+', true],
    ['[.^$]', '^', true],
    ['[]a]', ']', true],
    ['[]a]', 'b', false],
    ['[!]a]', ']', false],
    ['[!]a]', 'b', true],
    ['[!]', '[!]', true],
    ['[]', '[]', true],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[!c-a]', 'x', true],
    ['[a-c-e]', 'd', false],
    ['[a-c-e]', '-', true],
    ['[\\]', '\\', true],
    ['?', '😀', true],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('with many stars is as quick as one with few', () => {
    expect(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(250))).toBe(false);
  });
});
