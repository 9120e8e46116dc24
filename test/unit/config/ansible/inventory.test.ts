import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf, inventoryWith } from '../read.ts';

/** Which of several values of `ansible_user` is in force on cp1. */
function userOf(inventory: string | readonly string[]): string | undefined {
  return intentOf(inventory).hosts.find((host) => host.name === 'cp1')?.target.user;
}

function namesOf(inventory: string): readonly string[] {
  return intentOf(inventory).hosts.map((host) => host.name);
}

const endpoint = 'all: {vars: {control_plane_endpoint: "192.0.2.10:6443"}}';

describe('the hosts of the control plane', () => {
  it.each([
    ['control-plane', `${endpoint}\ncontrol-plane: {hosts: {cp2: , cp1: , cp3: }}`, ['cp2', 'cp1', 'cp3']],
    ['control_plane', `${endpoint}\ncontrol_plane: {hosts: {cp1: }}`, ['cp1']],
    [
      'both spellings',
      `${endpoint}\ncontrol_plane: {hosts: {a: , b: }}\ncontrol-plane: {hosts: {b: , c: }}`,
      ['b', 'c', 'a'],
    ],
    ['a name alone', `${endpoint}\ncontrol-plane: {hosts: cp1}`, ['cp1']],
    ['a range', `${endpoint}\ncontrol-plane: {hosts: {"cp[1:3]": }}`, ['cp1', 'cp2', 'cp3']],
    [
      'children',
      `${endpoint}\ncontrol-plane: {children: {rack1: {hosts: {a: }}, rack2: {hosts: {b: , a: }}}, hosts: {z: }}`,
      ['z', 'a', 'b'],
    ],
    [
      'children that are groups elsewhere',
      `${endpoint}\nrack1: {hosts: {a: }}\ncontrol-plane: {children: {rack1: }}`,
      ['a'],
    ],
    [
      'all.children, as ansible-inventory --list -y prints',
      'all: {children: {control-plane: {hosts: {cp1: {control_plane_endpoint: "192.0.2.10:6443"}}}, ungrouped: {}}}',
      ['cp1'],
    ],
  ])('from %s', (_, inventory, names) => {
    expect(namesOf(inventory)).toEqual(names);
  });

  it('other groups and their variables change nothing', () => {
    const more =
      'node: {hosts: {w1: {anything: {goes: [here]}}}, vars: {x: "{{ y }}"}}\nbastion: {}\netcd:\n';
    expect(intentOf(`${endpoint}\ncontrol-plane: {hosts: {cp1: }}\n${more}`)).toEqual(
      intentOf(`${endpoint}\ncontrol-plane: {hosts: {cp1: }}\n`),
    );
  });

  it('know the groups they are in, directly or not, without "all"', () => {
    const inventory = `${endpoint}\ncontrol-plane: {children: {rack1: {hosts: {cp1: }}}}\nnorth: {hosts: {cp1: }}\nsouth: {}`;
    expect(intentOf(inventory).hosts[0]?.groups).toEqual(['control-plane', 'north', 'rack1']);
  });
});

describe('the variable in force is', () => {
  it.each([
    [
      "the host's over its group's",
      `${endpoint}\ncontrol-plane: {hosts: {cp1: {ansible_user: host}}, vars: {ansible_user: group}}`,
      'host',
    ],
    [
      "the group's over all's",
      `all: {vars: {ansible_user: all, control_plane_endpoint: "192.0.2.10:1"}}\ncontrol-plane: {hosts: {cp1: }, vars: {ansible_user: group}}`,
      'group',
    ],
    [
      "a child's over its parent's",
      `${endpoint}\ncontrol-plane: {vars: {ansible_user: parent}, children: {a: {hosts: {cp1: }, vars: {ansible_user: child}}}}`,
      'child',
    ],
    [
      "the deeper group's, whatever the names",
      `${endpoint}\nzzz: {hosts: {cp1: }, vars: {ansible_user: shallow}}\ncontrol-plane: {children: {a: {hosts: {cp1: }, vars: {ansible_user: deep}}}}`,
      'deep',
    ],
    [
      'that of the later name among groups of one depth',
      `${endpoint}\nb: {hosts: {cp1: }, vars: {ansible_user: b}}\ncontrol-plane: {hosts: {cp1: }, vars: {ansible_user: c}}\na: {hosts: {cp1: }, vars: {ansible_user: a}}`,
      'c',
    ],
    [
      'that of the higher ansible_group_priority among them',
      `${endpoint}\na: {hosts: {cp1: }, vars: {ansible_user: a, ansible_group_priority: 10}}\ncontrol-plane: {hosts: {cp1: }, vars: {ansible_user: c}}`,
      'a',
    ],
    [
      'measured by the longest way down',
      `${endpoint}\nx: {children: {y: {children: {deep: }}}}\ndeep: {hosts: {cp1: }, vars: {ansible_user: deep}}\ncontrol-plane: {children: {mid: {hosts: {cp1: }, vars: {ansible_user: mid}}}}`,
      'deep',
    ],
    ["the operator's login name when nobody says", `${endpoint}\ncontrol-plane: {hosts: {cp1: }}`, 'ops'],
    [
      'the same for an empty text and for null',
      `all: {vars: {ansible_user: x, control_plane_endpoint: "192.0.2.10:1"}}\ncontrol-plane: {hosts: {cp1: {ansible_user: ""}, cp2: {ansible_user: }}}`,
      'ops',
    ],
  ])('%s', (_, inventory, user) => {
    expect(userOf(inventory)).toBe(user);
  });

  it('that of the later file among several', () => {
    const first = `${endpoint}\ncontrol-plane: {hosts: {cp1: }, vars: {ansible_user: first}}`;
    expect(userOf([first, 'control-plane: {vars: {ansible_user: second}}'])).toBe('second');
    expect(userOf([first, 'control-plane: {hosts: {cp2: }}'])).toBe('first');
  });

  it('merged from the definitions of a host in several groups', () => {
    const inventory = `${endpoint}\nnorth: {hosts: {cp1: {ansible_user: north}}}\ncontrol-plane: {hosts: {cp1: {ansible_port: 2222}}}`;
    expect(intentOf(inventory).hosts[0]?.target).toMatchObject({ user: 'north', port: 2222 });
  });
});

describe('the shape of an inventory', () => {
  it.each([
    [
      'an unknown key of a group',
      `${endpoint}\ncontrol-plane: {host: {cp1: }}`,
      [
        'inventory.yaml:2:1 [control-plane] error: the group "control-plane" has no hosts',
        'inventory.yaml:2:17 [host] error: unknown key "host" in control-plane; did you mean "hosts"?',
      ],
    ],
    [
      'hosts as a list',
      `${endpoint}\ncontrol-plane: {hosts: [cp1, cp2]}`,
      [
        'inventory.yaml:2:1 [control-plane] error: the group "control-plane" has no hosts',
        'inventory.yaml:2:24 [[cp1, cp2]] error: control-plane.hosts: expected a map, got a list',
      ],
    ],
    [
      'vars as a text',
      inventoryWith({}).replace('all:', 'x: {vars: nothing}\nall:'),
      ['inventory.yaml:1:11 [nothing] error: x.vars: expected a map, got "nothing"'],
    ],
    [
      'a group that is a text',
      inventoryWith({}).replace('all:', 'other: constructed\nall:'),
      ['inventory.yaml:1:8 [constructed] error: other: expected a map, got "constructed"'],
    ],
    [
      'a host that is a text',
      inventoryWith({}).replace('cp1:', 'cp0: 192.0.2.9\n    cp1:'),
      ['inventory.yaml:6:10 [192.0.2.9] error: control-plane.hosts.cp0: expected a map, got "192.0.2.9"'],
    ],
    [
      'hosts outside any group',
      `hosts: {cp1: }\n${endpoint}\ncontrol-plane: {hosts: {cp1: }}`,
      [
        'inventory.yaml:1:1 [hosts] error: "hosts" stands outside any group; put "hosts" under a group, such as "all" or "control-plane"',
      ],
    ],
    [
      'a circle of groups',
      `${endpoint}\ncontrol-plane: {hosts: {cp1: }}\na: {children: {b: {children: {c: {children: {a: }}}}}}`,
      ['inventory.yaml:3:1 [a] error: a group cannot contain itself: a > b > c > a'],
    ],
    [
      'a group in itself',
      `${endpoint}\ncontrol-plane: {hosts: {cp1: }}\na: {children: {a: }}`,
      ['inventory.yaml:3:1 [a] error: a group cannot contain itself: a > a'],
    ],
    [
      'all in a group',
      `${endpoint}\ncontrol-plane: {hosts: {cp1: }, children: {all: }}`,
      ['inventory.yaml:2:44 [all] error: "all" contains every group and cannot be in one'],
    ],
    [
      'a wrong range',
      `${endpoint}\ncontrol-plane: {hosts: {"cp[3:1]": , cp1: }}`,
      [
        'inventory.yaml:2:25 ["cp[3:1]"] error: control-plane.hosts."cp[3:1]": the range "[3:1]" ends before it begins',
      ],
    ],
    [
      'no control plane',
      `${endpoint}\nnode: {hosts: {w1: }}`,
      [
        'inventory.yaml:1:1 [all] error: there is no group "control-plane"; put the control-plane hosts in a group of that name',
      ],
    ],
    [
      'a misspelt control plane',
      `${endpoint}\ncontrolplane: {hosts: {cp1: }}`,
      ['inventory.yaml:2:1 [controlplane] error: there is no group "control-plane"; rename "controlplane"'],
    ],
    [
      "another tool's control plane",
      `${endpoint}\nkube_control_plane: {hosts: {cp1: }}`,
      [
        'inventory.yaml:2:1 [kube_control_plane] error: there is no group "control-plane"; rename "kube_control_plane"',
      ],
    ],
    [
      'an empty control plane',
      `${endpoint}\ncontrol-plane: {hosts: {}}`,
      ['inventory.yaml:2:1 [control-plane] error: the group "control-plane" has no hosts'],
    ],
    [
      'an empty file',
      '# nothing\n',
      [
        'inventory.yaml:1:1 [#] error: the inventory is empty; konvoy-ha init writes an inventory to start from',
      ],
    ],
    [
      'a list',
      '- cp1\n',
      [
        'inventory.yaml:1:1 [- cp1] error: expected groups, such as "control-plane:"; konvoy-ha init writes an inventory to start from; convert it: ansible-inventory -i FILE --list -y > inventory.yaml',
      ],
    ],
    [
      'two documents',
      `${inventoryWith({})}---\na: {}\n`,
      ['inventory.yaml:9:1 [a: {}] error: an inventory has one document; remove the "---" in the middle'],
    ],
  ])('%s', (_, inventory, complaints) => {
    expect(complaintsAbout(inventory)).toEqual(complaints);
  });
});

it('a host below a range gets the port and the variables of the range', () => {
  const inventory = `${endpoint}\ncontrol-plane: {hosts: {"cp[1:2]:2222": {ansible_user: ranged}}}`;
  expect(intentOf(inventory).hosts.map(({ target }) => [target.host, target.port, target.user])).toEqual([
    ['cp1', 2222, 'ranged'],
    ['cp2', 2222, 'ranged'],
  ]);
});
