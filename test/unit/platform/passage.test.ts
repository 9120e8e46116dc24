import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  connectFrom,
  connectTo,
  hear,
  parseOpeningRule,
  passageOf,
  tell,
  type OpeningRule,
} from '../../../src/domain/opening.ts';
import { closedTo, openedIn } from '../../../src/platform/passage.ts';
import { parseRuleset } from '../../../src/platform/ruleset.ts';
import { ip } from '../../support/branded.ts';

/** What the script listed on a Debian 12 with ufw, which allows 22 and 6443, and a table of nft beside it. */
const BOOKWORM = readFileSync(join(import.meta.dirname, 'fixtures/bookworm-rules.txt'), 'utf8');

/** A chain that packets come in by, with these rules. */
function chain(rules: readonly string[], policy = 'accept', hook = 'input'): string {
  const lines = rules.map((rule) => `\t\t${rule}`).join('\n');
  return `#table inet filter\ntable inet filter {\n\tchain c {\n\t\ttype filter hook ${hook} priority 0; policy ${policy};\n${lines}\n\t}\n}\n`;
}

/** The same of iptables. */
function saved(rules: readonly string[], policy = 'ACCEPT'): string {
  return `#table ip filter\n*filter\n:INPUT ${policy} [0:0]\n:OUTPUT ACCEPT [0:0]\n:sub - [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
}

function isClosed(text: string, rule: OpeningRule): boolean {
  return closedTo(rule, parseRuleset(text)).length > 0;
}

const PEER = hear('10.0.50.12');

describe('VRRP from a peer is dropped', () => {
  test.each<readonly [string, string]>([
    ['by a policy', chain(['ct state 0x2,0x4 accept', 'tcp dport 22 accept'], 'drop')],
    ['by a last rule', chain(['tcp dport 22 accept', 'counter packets 3 bytes 120 drop'])],
    ['by a last rule that says so', chain(['counter log prefix "no: " level warn reject with icmpx 3'])],
    ['by a rule against the protocol', chain(['ip protocol 112 counter drop comment "no routers"'])],
    ['by a rule against the protocol by name', chain(['meta l4proto vrrp drop'])],
    ['by a rule against several protocols', chain(['meta l4proto { 50, 112 } drop'])],
    ['by a rule against it with more to it', chain(['iifname "eth0" ip protocol 112 drop'])],
    ['by a policy, though another net may', chain(['ip saddr 10.9.0.0/16 ip protocol 112 accept'], 'drop')],
    [
      'by a chain that all are sent to',
      chain(['jump late'], 'accept').replace('}\n}', '}\n\tchain late {\n\t\tdrop\n\t}\n}'),
    ],
    ['by a policy of iptables', saved(['-A INPUT -i lo -j ACCEPT'], 'DROP')],
    ['by a rule of iptables', saved(['-A INPUT -p vrrp -j DROP'])],
    [
      'by a rule of iptables by number',
      saved([
        '-A INPUT -s 10.0.50.0/24 -p 112 -m comment --comment "theirs, not ours" -j REJECT --reject-with icmp-port-unreachable',
      ]),
    ],
    ['in a chain of iptables', saved(['-A INPUT -j sub', '-A sub -j DROP'])],
  ])('%s', (_, text) => {
    expect(isClosed(text, PEER)).toBe(true);
  });
});

describe('VRRP from a peer comes through', () => {
  test.each<readonly [string, string]>([
    ['where nothing is', ''],
    [
      'where only other things are dropped',
      chain(['ct state invalid drop', 'tcp dport 23 drop', 'ip saddr 10.9.0.0/16 drop']),
    ],
    ['where the protocol is let in', chain(['ip protocol vrrp accept'], 'drop')],
    [
      'where the peer is let in',
      chain(['ip saddr { 10.0.50.12, 10.0.50.13 } ip protocol 112 accept'], 'drop'),
    ],
    ['where the net is let in', chain(['ip saddr 10.0.50.0/24 accept'], 'drop')],
    ['where all but others are let in', chain(['ip protocol != 6 accept'], 'drop')],
    [
      'where it goes back before the rest is dropped',
      saved(['-A INPUT -j sub', '-A sub -m addrtype --dst-type LOCAL -j RETURN', '-A sub -j DROP']),
    ],
    ['where iptables lets it in', saved(['-A INPUT -s 10.0.50.12/32 -p vrrp -j ACCEPT'], 'DROP')],
    ['where only what goes out is dropped', chain([], 'drop', 'output')],
    ['where only what is passed on is dropped', chain([], 'drop', 'forward')],
    ['where only IPv6 is dropped', chain([], 'drop').replace('#table inet', '#table ip6')],
  ])('%s', (_, text) => {
    expect(isClosed(text, PEER)).toBe(false);
  });
});

test('what goes out is another matter', () => {
  expect(isClosed(chain([], 'drop', 'output'), tell('10.0.50.12'))).toBe(true);
  expect(isClosed(chain([], 'drop'), tell('10.0.50.12'))).toBe(false);
  expect(isClosed(chain(['ip daddr 224.0.0.0/4 accept'], 'drop', 'output'), tell('224.0.0.18'))).toBe(false);
});

describe('a port', () => {
  const at = connectTo(ip('10.0.50.20'), 6443);
  test.each<readonly [string, string, boolean]>([
    ['that a policy drops', chain([], 'drop'), true],
    ['that is let in', chain(['tcp dport 6443 accept'], 'drop'), false],
    ['within a range', chain(['tcp dport { 22, 6000-7000 } accept'], 'drop'), false],
    ['that somebody has decided about', chain(['ip saddr 10.9.0.0/16 tcp dport 6443 accept'], 'drop'), false],
    ['that a set with a name may have', chain(['tcp dport @open accept'], 'drop'), false],
    ['that is not the one', chain(['tcp dport 6444 accept'], 'drop'), true],
    [
      'that iptables lets in',
      saved(['-A INPUT -p tcp -m multiport --dports 22,6443 -j ACCEPT'], 'DROP'),
      false,
    ],
    ['that iptables does not name', saved(['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'], 'DROP'), true],
    ['that only UDP has', saved(['-A INPUT -p udp -m udp --dport 6443 -j ACCEPT'], 'DROP'), true],
  ])('%s', (_, text, expected) => {
    expect(isClosed(text, at)).toBe(expected);
  });
});

describe('a real Debian 12', () => {
  const chains = parseRuleset(BOOKWORM);
  const names = (rule: OpeningRule): readonly string[] =>
    closedTo(rule, chains).map(({ family, table, name }) => `${family} ${table} ${name}`);

  test('has every chain that packets come in or go out by', () => {
    expect(
      chains.map(({ family, table, name, policy }) => `${family} ${table} ${name} ${policy}`).toSorted(),
    ).toEqual([
      'inet filter input drop',
      'inet filter output accept',
      'ip filter INPUT drop',
      'ip filter OUTPUT accept',
      'ip6 filter INPUT drop',
      'ip6 filter OUTPUT accept',
    ]);
  });

  test.each<readonly [OpeningRule, readonly string[]]>([
    [hear('10.0.50.12'), ['ip filter INPUT']],
    [hear('10.0.50.14'), ['ip filter INPUT', 'inet filter input']],
    [hear('10.0.60.7'), ['ip filter INPUT']],
    [hear('fe80::/10'), ['ip6 filter INPUT', 'inet filter input']],
    [tell('10.0.50.12'), []],
    [connectTo(ip('10.0.50.20'), 6443), []],
    [connectFrom(ip('10.0.50.12'), 6443), []],
    [connectTo(ip('10.0.50.20'), 16_443), ['ip filter INPUT', 'inet filter input']],
  ])('drops %s in %j', (rule, expected) => {
    expect(names(rule).toSorted()).toEqual([...expected].toSorted());
  });
});

describe('rules of ours', () => {
  const ours = 'ip saddr 10.0.50.12 meta l4proto 112 accept comment "konvoy-ha: in vrrp from 10.0.50.12"';

  test('are open where every chain that needs them has them', () => {
    expect(openedIn(parseRuleset(chain([ours], 'drop')))).toEqual([PEER]);
    expect(
      openedIn(
        parseRuleset(
          saved(
            [
              '-A INPUT -s 10.0.50.12/32 -p vrrp -m comment --comment "konvoy-ha: in vrrp from 10.0.50.12" -j ACCEPT',
            ],
            'DROP',
          ),
        ),
      ),
    ).toEqual([PEER]);
  });

  test('are not open where one of two chains has them', () => {
    expect(openedIn(parseRuleset(chain([ours], 'drop') + saved([], 'DROP')))).toEqual([]);
    expect(openedIn(parseRuleset(chain([ours], 'drop') + saved([])))).toEqual([PEER]);
  });

  test('do not count as what somebody else lets in', () => {
    expect(isClosed(chain([ours], 'drop'), PEER)).toBe(true);
  });

  test('with words that nobody of us wrote are none of ours', () => {
    expect(openedIn(parseRuleset(chain([ours.replace('in vrrp', 'everything')], 'drop')))).toEqual([]);
    expect(openedIn(parseRuleset(chain([ours.replace(' accept', ' drop')], 'drop')))).toEqual([]);
  });
});

test('a rule says in words what it lets through, and is read again from them', () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((text) => ip(text.includes('.') ? '::1' : text)),
  );
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65_535 }), (where, port) => {
      for (const rule of [
        hear(where),
        tell(where),
        connectFrom(ip(where), port),
        connectTo(ip(where), port),
      ]) {
        expect(parseOpeningRule(rule)).toBe(rule);
        expect(passageOf(rule)).toMatchObject({ address: where, ...(rule.includes('tcp') ? { port } : {}) });
      }
    }),
  );
});

test.each([
  '',
  'in vrrp from',
  'in vrrp from $(reboot)',
  'in tcp 0 to 10.0.0.1',
  'in vrrp from 10.0.0.1; drop',
  'in vrrp from 10.0.0.1\n',
])('is no rule: %j', (text) => {
  expect(parseOpeningRule(text)).toBeUndefined();
});

test('no ruleset, however damaged, is more than not understood', () => {
  const words = [
    '#table ip filter',
    '*filter',
    ':INPUT DROP [0:0]',
    '-A INPUT -j INPUT',
    'chain c {',
    '}',
    'type filter hook input priority 0; policy drop;',
  ];
  const line = fc.oneof(
    fc.constantFrom(...words, 'jump c', 'ip saddr { 10.0.0.1 accept', '-s -p 112 -j'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      expect(() => closedTo(PEER, parseRuleset(lines.join('\n')))).not.toThrow();
    }),
  );
});
