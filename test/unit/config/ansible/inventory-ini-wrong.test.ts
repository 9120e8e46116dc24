import { describe, expect, it } from 'vitest';
import { readInventoryFile } from '../../../../src/config/ansible/inventory-file.ts';
import { InventoryDraft } from '../../../../src/config/ansible/inventory-draft.ts';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import { formatDiagnostic } from '../read.ts';

function complaintsAbout(text: string): readonly string[] {
  const problems = new Problems();
  const draft = new InventoryDraft();
  readInventoryFile(sourceFile('hosts.ini', '/', text), draft, problems);
  draft.finish(problems);
  return problems.list().map(formatDiagnostic);
}

describe('what is wrong in an INI file is said with its place', () => {
  it.each<readonly [string, string, readonly string[]]>([
    [
      'an unknown kind of section',
      '[web:host]\nwhatever: x\n',
      ['hosts.ini:1:1 [[web:host]] error: [web:host] is no section of an inventory; did you mean "hosts"?'],
    ],
    [
      'a section with a space',
      '[web server]\nx y\n',
      ['hosts.ini:1:1 [[web server]] error: expected [group], [group:vars] or [group:children]'],
    ],
    [
      'a semicolon behind a section',
      '[web] ; x=1\n',
      [
        'hosts.ini:1:1 [[web]] error: expected a range such as [1:3], got "[web]"; a comment behind a section begins with "#"',
        'hosts.ini:1:7 [;] error: expected key=value; no spaces around "=", and quotes around a value with spaces',
      ],
    ],
    [
      'a word',
      'h1 a=1 word\n',
      [
        'hosts.ini:1:8 [word] error: expected key=value; no spaces around "=", and quotes around a value with spaces',
      ],
    ],
    ['an open quote', 'h1\nh2 a="x\n', ['hosts.ini:2:1 [h2 a="x] error: the line has no closing "']],
    ['a backslash at the end', 'h1 a\\\n', ['hosts.ini:1:1 [h1 a\\] error: the line ends in a backslash']],
    ['a variable without a value', '[all:vars]\n  x\n', ['hosts.ini:2:3 [x] error: expected key=value']],
    [
      'a wrong range',
      'h[3:1] a=1\n',
      ['hosts.ini:1:1 [h[3:1]] error: the range "[3:1]" ends before it begins'],
    ],
    ['no name', '"" a=1\n', ['hosts.ini:1:1 [""] error: the name of a host is empty']],
    [
      'a colon',
      'h1: a=1\n',
      ['hosts.ini:1:1 [h1:] error: a host cannot be called "h1:"; a port is missing, or this is YAML'],
    ],
    [
      'the beginning of YAML',
      '---\n',
      ['hosts.ini:1:1 [---] error: a host cannot be called "---"; this is YAML'],
    ],
    [
      'a child that is no name',
      '[a:children]\nb: c\n[b]\n',
      ['hosts.ini:2:1 [b: c] error: expected the name of a group'],
    ],
    [
      'all as a child',
      '[a:children]\nall\n',
      ['hosts.ini:2:1 [all] error: "all" contains every group and cannot be in one'],
    ],
    [
      'a child without a section',
      '[a:children]\nb # x\n',
      [
        'hosts.ini:2:1 [b] error: the group "b" has no section of its own; declare it with [b] or [b:children]',
      ],
    ],
    [
      'variables without a section',
      '[b:vars]\nx=1\n',
      [
        'hosts.ini:1:1 [[b:vars]] error: the group "b" has no section of its own; declare it with [b] or [b:children]',
      ],
    ],
    [
      'a child that only has variables',
      '[a:children]\nb\n[b:vars]\nx=1\n',
      [
        'hosts.ini:2:1 [b] error: the group "b" has no section of its own; declare it with [b] or [b:children]',
      ],
    ],
    [
      'a circle',
      '[a:children]\nb\n[b:children]\na\n',
      ['hosts.ini:1:1 [[a:children]] error: a group cannot contain itself: a > b > a'],
    ],
    ['ungrouped in a group', '[a:children]\nungrouped\n', ['error: "ungrouped" cannot be in "a"']],
    [
      'a group in ungrouped',
      '[a]\n[ungrouped:children]\na\n',
      ['hosts.ini:2:1 [[ungrouped:children]] error: "ungrouped" cannot contain other groups'],
    ],
    [
      'a literal that Python stumbles over',
      'h1 x="{{ 5 }}"\n',
      [
        'hosts.ini:1:6 ["{{ 5 }}"] error: x: a list, a map or a set cannot be a key or be in a set; a text that looks like this needs two kinds of quotes: key="\'{{ … }}\'"',
      ],
    ],
  ])('%s', (_, text, complaints) => {
    expect(complaintsAbout(text)).toEqual(complaints);
  });

  it('all of it at once, and nothing of what follows from it', () => {
    const text = 'h1 a\n[x:y]\n??? [\n[web]\nh2 "\n[web:vars]\nz\n[b:children]\nc\n';
    expect(complaintsAbout(text).map((complaint) => complaint.slice(0, 12))).toEqual([
      'hosts.ini:1:',
      'hosts.ini:2:',
      'hosts.ini:5:',
      'hosts.ini:7:',
      'hosts.ini:9:',
    ]);
  });

  it('without the value of a password', () => {
    const [complaint] = complaintsAbout('h1 ansible_password=geheim word\n');
    expect(complaint).toBeDefined();
    expect(complaint).not.toMatch(/geheim|word/);
  });
});
