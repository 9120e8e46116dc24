import { describe, expect, it } from 'vitest';
import { parseHostEntry } from '../../../../src/config/ansible/host-range.ts';

// What ansible-core 2.14 makes of them, but for ranges that it reads as no hosts, or as others than they say.
describe('a key under hosts', () => {
  it.each([
    ['cp1', { names: ['cp1'] }],
    ['192.0.2.1', { names: ['192.0.2.1'] }],
    ['cp1:2222', { names: ['cp1'], port: '2222' }],
    ['192.0.2.1:2222', { names: ['192.0.2.1'], port: '2222' }],
    ['[192.0.2.1]:2222', { names: ['192.0.2.1'], port: '2222' }],
    ['fd00::1', { names: ['fd00::1'] }],
    ['fd00::1:22', { names: ['fd00::1:22'] }],
    ['[1.2.3.4:33]:22', { names: ['1.2.3.4'], port: '33' }],
    ['cp1:0022', { names: ['cp1'], port: '22' }],
    ['cp1:0', { names: ['cp1'], port: '0' }],
    ['fe80::1%eth0', { names: ['fe80::1%eth0'] }],
    ['[fe80::1%eth0]:22', { names: ['fe80::1%eth0'], port: '22' }],
    ['[fd00::[1:2]]:22', { names: ['fd00::1', 'fd00::2'], port: '22' }],
    ['fd00:[1:2]::1', { names: ['fd00:1::1', 'fd00:2::1'] }],
    ['é:22', { names: ['é'], port: '22' }],
    ['a_b:22', { names: ['a_b'], port: '22' }],
    ['[fd00::1]:22', { names: ['fd00::1'], port: '22' }],
    ['[cp1]:22', { names: ['cp1'], port: '22' }],
    ['cp[1:3]', { names: ['cp1', 'cp2', 'cp3'] }],
    ['cp[1:3]:22', { names: ['cp1', 'cp2', 'cp3'], port: '22' }],
    ['cp[01:03].example.net', { names: ['cp01.example.net', 'cp02.example.net', 'cp03.example.net'] }],
    ['cp[08:10]', { names: ['cp08', 'cp09', 'cp10'] }],
    ['cp[1:10:4]', { names: ['cp1', 'cp5', 'cp9'] }],
    ['cp[-1:1]', { names: ['cp-1', 'cp0', 'cp1'] }],
    ['cp[20240101001:20240101002]', { names: ['cp20240101001', 'cp20240101002'] }],
    ['cp[:2]', { names: ['cp0', 'cp1', 'cp2'] }],
    ['cp[7:7]', { names: ['cp7'] }],
    ['cp-[a:c]', { names: ['cp-a', 'cp-b', 'cp-c'] }],
    ['cp-[a:e:2]', { names: ['cp-a', 'cp-c', 'cp-e'] }],
    ['cp-[y:B]', { names: ['cp-y', 'cp-z', 'cp-A', 'cp-B'] }],
    ['10.0.0.[9:11]', { names: ['10.0.0.9', '10.0.0.10', '10.0.0.11'] }],
    ['fd00::[a:b]', { names: ['fd00::a', 'fd00::b'] }],
    ['r[1:2]-cp[a:b]', { names: ['r1-cpa', 'r1-cpb', 'r2-cpa', 'r2-cpb'] }],
  ])('%j', (key, expected) => {
    expect(parseHostEntry(key)).toEqual({ ok: true, value: expected });
  });

  it.each([
    'cp_:22',
    '-cp:22',
    'a..b:22',
    'cp1:',
    'cp1:x',
    '{{ x }}',
    'a b:22',
    '300.1.1.1:22:',
    '*',
    'cp1:3]',
    '::ffff:1.2.3',
  ])('%j is a name as it stands', (key) => {
    expect(parseHostEntry(key)).toEqual({ ok: true, value: { names: [key] } });
  });

  it.each([
    ['', 'the name of a host is empty'],
    ['[fd00::1]', 'an IPv6 address without a port is written without brackets: fd00::1'],
    ['cp[1:3', 'a range has no closing "]": "cp[1:3"'],
    ['cp]1[1:3]', 'a name with a range cannot hold "cp]1"'],
    ['cp|[1:3]', 'a name with a range cannot hold "cp|"'],
    ['cp[ab:cd]', 'expected a range of numbers or of letters, got "[ab:cd]"'],
    ['cp[1:2:-1]', 'expected a range such as [1:3], got "[1:2:-1]"'],
    ['cp[3:1]', 'the range "[3:1]" ends before it begins'],
    ['cp[c:a]', 'the range "[c:a]" ends before it begins'],
    ['cp[1:]', 'expected a range such as [1:3], got "[1:]"'],
    ['cp[1]', 'expected a range such as [1:3], got "[1]"'],
    ['cp[]', 'expected a range such as [1:3], got "[]"'],
    ['cp[1:3:0]', 'expected a range such as [1:3], got "[1:3:0]"'],
    ['cp[1:2:3:4]', 'expected a range such as [1:3], got "[1:2:3:4]"'],
    ['cp[a:3]', 'expected a range of numbers or of letters, got "[a:3]"'],
    ['cp[aa:bb]', 'expected a range of numbers or of letters, got "[aa:bb]"'],
    ['cp[01:100]', 'both ends of "[01:100]" must have the same number of digits'],
    ['cp[0:99999999]', 'the range stands for more than 20000 hosts'],
    ['cp[0:999][0:999]', 'the range stands for more than 20000 hosts'],
  ])('%j is refused', (key, error) => {
    expect(parseHostEntry(key)).toEqual({ ok: false, error });
  });
});

it('a name is bounded', () => {
  const name = 'a'.repeat(4093);
  expect(parseHostEntry(`${name}:22`)).toEqual({ ok: true, value: { names: [name], port: '22' } });
  for (const part of ['a', 'a.', ':1', '[1:1]', '[', ']']) {
    expect(parseHostEntry(part.repeat(1e6))).toEqual({ ok: false, error: 'longer than 4096 characters' });
  }
});
