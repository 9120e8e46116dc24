import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf, inventoryWith } from '../read.ts';

/** The login name that comes of these variables. */
function userOf(...host: readonly string[]): string | undefined {
  return intentOf(inventoryWith({ host })).hosts[0]?.target.user;
}

/** What is said of `ansible_user`, without the place. */
function complaintsOf(...host: readonly string[]): readonly string[] {
  return complaintsAbout(inventoryWith({ host })).map((line) =>
    line.replace(/^.*?(\[.*\]) error: control-plane\.hosts\.cp1\.ansible_user: /, '$1 '),
  );
}

describe('a reference to a variable', () => {
  it.each([
    ['alone', '"{{ me }}"', 'ops'],
    ['without spaces', '"{{me}}"', 'ops'],
    ['in a text', '"x-{{ me }}_y"', 'x-ops_y'],
    ['one of several', '"{{ me }}-{{ number }}-{{ me }}"', 'ops-7-ops'],
    ['with white space taken away', '"x {{- me -}} y"', 'xopsy'],
    ['with white space taken away around another', '"{{ me -}} {{- number }}"', 'ops7'],
    ['through others', '"{{ outer }}"', 'to-ops'],
    ['to what is marked as no template', '"a{{ raw }}"', 'a7'],
    ['to an empty value', '"a{{ empty }}b{{ nothing }}"', 'ab'],
    ['to the name of the host', '"{{ inventory_hostname }}"', 'cp1'],
    ['to the short name of the host', '"{{ inventory_hostname_short }}"', 'cp1'],
    ['over several lines', '"{{\\n me\\n }}"', 'ops'],
  ])('%s', (_, template, user) => {
    const others = [
      'me: ops',
      'number: 7',
      'outer: "to-{{ me }}"',
      'raw: !unsafe 7',
      'empty: ""',
      'nothing:',
    ];
    expect(userOf(...others, `ansible_user: ${template}`)).toBe(user);
  });

  it('is looked up on the host, whichever group the template is in', () => {
    const inventory = `all: {vars: {control_plane_endpoint: "192.0.2.10:{{ api_port }}", ansible_user: "u-{{ inventory_hostname }}"}}
control-plane:
  vars: {ansible_host: "192.0.2.{{ last }}", last: 9, api_port: 6443}
  hosts: {cp1: {last: 11}, cp2: {last: 12}, cp3: }`;
    const intent = intentOf(inventory);
    expect(intent.endpoint).toMatchObject({ vip: '192.0.2.10', port: 6443 });
    expect(intent.hosts.map(({ target }) => [target.address, target.user])).toEqual([
      ['192.0.2.11', 'u-cp1'],
      ['192.0.2.12', 'u-cp2'],
      ['192.0.2.9', 'u-cp3'],
    ]);
  });

  it('may make a shared variable different on every host, which is refused', () => {
    const inventory = `all: {vars: {control_plane_endpoint: "{{ vip }}:6443"}}
control-plane:
  vars: {vip: 192.0.2.10}
  hosts: {192.0.2.11: , 192.0.2.12: {vip: 192.0.2.20}}`;
    expect(complaintsAbout(inventory)).toEqual([
      'inventory.yaml:1:38 ["{{ vip }}:6443"] error: all.vars.control_plane_endpoint: the control-plane hosts have different values; set it once, under all.vars',
    ]);
  });

  it('works in paths and in ssh arguments, from the folder of the inventory', () => {
    const host = [
      'ansible_ssh_private_key_file: "{{ inventory_dir }}/keys/{{ inventory_hostname }}"',
      'ansible_ssh_common_args: "-o UserKnownHostsFile={{ hosts_file }}"',
      'hosts_file: known_hosts',
    ];
    expect(intentOf(inventoryWith({ host })).hosts[0]?.target).toMatchObject({
      identityFiles: ['/cluster/keys/cp1'],
      knownHostsFiles: ['/cluster/known_hosts'],
    });
  });

  it('can name the file of the inventory, and a variable of that name beats it', () => {
    expect(complaintsOf('ansible_user: "{{ inventory_file }}"')).toEqual([
      '["{{ inventory_file }}"] expected the name of a user, got "/cluster/inventory.yaml"',
    ]);
    expect(userOf('ansible_user: "{{ inventory_file }}"', 'inventory_file: x')).toBe('x');
    expect(userOf('ansible_user: "{{ inventory_hostname }}"', 'inventory_hostname: x')).toBe('cp1');
  });
});

describe('a template that is more than that', () => {
  it.each([
    ['{{ me | upper }}', '{{ me | upper }}'],
    ['a{{ me.name }}b', '{{ me.name }}'],
    ["{{ hostvars['x'].y }}", "{{ hostvars['x'].y }}"],
    ["{{ lookup('env', 'USER') }}", "{{ lookup('env', 'USER') }}"],
    ["{{ '{{' }}", "{{ '{{' }}"],
    ['{{ 1 }}', '{{ 1 }}'],
    ['{{ me', '{{ me'],
    ['{{}}', '{{}}'],
    ['{% if me %}x{% endif %}', '{% if me %}'],
    ['x{# why #}y', '{# why #}'],
  ])('%s is refused by name', (template, expression) => {
    expect(complaintsOf(`ansible_user: ${JSON.stringify(template)}`, 'me: ops')).toEqual([
      `[${expression}] ${JSON.stringify(expression)} is more than the name of a variable, which is all that is understood; write the value itself`,
    ]);
  });

  it('does no harm where nobody reads it, and none where it is marked !unsafe', () => {
    expect(complaintsAbout(inventoryWith({ host: ['motd: "{{ lookup(1) }}"', 'x: "{% raw %}"'] }))).toEqual(
      [],
    );
    expect(complaintsOf('ansible_user: !unsafe "{{ me }}"', 'me: ops')).toEqual([
      '["{{ me }}"] expected the name of a user, got "{{ me }}"',
    ]);
  });

  it('is found through references, too', () => {
    expect(complaintsOf('ansible_user: "x{{ a }}"', 'a: "{{ b }}"', 'b: "{{ c | d }}"')).toEqual([
      '[{{ a }}] by way of a > b: "{{ c | d }}" is more than the name of a variable, which is all that is understood; write the value itself',
    ]);
  });
});

describe('a reference that cannot be followed', () => {
  it.each([
    [
      'to nothing',
      ['ansible_user: "{{ login_nam }}"', 'login_name: ops'],
      '[{{ login_nam }}] the variable "login_nam" is not defined on this host; did you mean "login_name"?',
    ],
    [
      'to nothing, through another',
      ['ansible_user: "{{ a }}"', 'a: "{{ zzz }}"'],
      '[{{ a }}] by way of a: the variable "zzz" is not defined on this host',
    ],
    [
      'to itself',
      ['ansible_user: "{{ ansible_user }}"'],
      '[{{ ansible_user }}] by way of ansible_user: a template cannot refer to itself: ansible_user > ansible_user',
    ],
    [
      'to itself, through others',
      ['ansible_user: "{{ a }}"', 'a: "{{ b }}"', 'b: "{{ c }}"', 'c: "{{ b }}"'],
      '[{{ a }}] by way of a > b > c: a template cannot refer to itself: b > c > b',
    ],
    [
      'to a list',
      ['ansible_user: "{{ a }}"', 'a: [x]'],
      '[{{ a }}] the variable "a" is a list, not a single value',
    ],
    [
      'to an encrypted value without a password',
      ['ansible_user: "{{ a }}"', 'a: !vault x'],
      '[{{ a }}] by way of a: the value is encrypted, and nothing here opens it',
    ],
  ])('%s', (_, host, complaint) => {
    expect(complaintsOf(...host)).toEqual([complaint]);
  });

  it('because there are too many of them, or because they grow too long, ends at once', () => {
    const doubled = Array.from(
      { length: 40 },
      (_, index) => `v${index + 1}: "{{ v${index} }}{{ v${index} }}"`,
    );
    const tooMany = ['ansible_user: "{{ v40 }}"', ...doubled, 'v0: ""'];
    expect(complaintsOf(...tooMany)[0]).toMatch(/: its templates refer to too many variables$/);
    const tooLong = ['ansible_user: "{{ v9 }}"', ...doubled.slice(0, 9), `v0: "${'x'.repeat(1000)}"`];
    expect(complaintsOf(...tooLong)[0]).toMatch(/longer than 65536 characters$/);
  });

  it('never makes anything throw', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      ' a ',
      'a',
      '-',
      '{%',
      '%}',
      '{#',
      '|',
      '.',
      "'",
      'x',
      ' ',
      '\n',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (template, a) => {
        const host = [`ansible_user: ${JSON.stringify(template)}`, `a: ${JSON.stringify(a)}`];
        expect(() => complaintsAbout(inventoryWith({ host }))).not.toThrow();
      }),
    );
  });
});
