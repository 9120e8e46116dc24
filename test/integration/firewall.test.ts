import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { REACH } from '../../src/backends/keepalived/reach-script.ts';
import { hear, tell, type OpeningRule } from '../../src/domain/opening.ts';
import { NETFILTER } from '../../src/platform/netfilter-script.ts';
import { parseChains } from '../../src/platform/netfilter.ts';
import { closedTo, openedIn } from '../../src/platform/passage.ts';
import { said } from '../support/command-results.ts';
import { SHELLS, whereIs } from '../support/shells.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// The kernel's own filter and wire, in network namespaces of this machine: nothing of it is seen outside of them.

const TOOLS = ['unshare', 'nsenter', 'nft', 'ip', 'perl'];

async function inNamespace(script: string, ...parameters: readonly string[]): Promise<string> {
  const argv = ['--map-root-user', '--net', 'sh', '-euc', script, 'test', ...parameters];
  const { stdout } = await promisify(execFile)('unshare', argv);
  return stdout;
}

/** Whether this machine lets us have a network of our own. */
async function isAble(): Promise<boolean> {
  if (TOOLS.some((tool) => whereIs(tool) === undefined)) return false;
  return inNamespace('nft add table inet try; ip link add name try type bridge').then(
    () => true,
    () => false,
  );
}

const ABLE = await isAble();

test('this machine has what the tests of firewalls need', () => {
  // Without one of them the tests of it do not run: apt-get install util-linux nftables iproute2 perl-base
  expect(TOOLS.filter((tool) => whereIs(tool) === undefined)).toEqual([]);
});

const TWO_TABLES = `table inet filter {
  chain input { type filter hook input priority 0; policy drop; ct state established,related accept; tcp dport { 22, 6443 } accept; }
  chain output { type filter hook output priority 0; policy drop; tcp sport 22 accept; }
}
table ip theirs {
  chain guard { type filter hook input priority 10; policy accept; ip protocol 112 counter drop comment "konvoy-ha is not welcome"; }
}
`;

const RULES: readonly OpeningRule[] = [
  hear('10.0.50.12'),
  hear('10.0.50.13'),
  hear('fe80::/10'),
  tell('10.0.50.12'),
  tell('224.0.0.18'),
];

const [FIRST = hear('10.0.50.12')] = RULES;

describe.skipIf(!ABLE).each(SHELLS)('rules of ours among those of others, in $name', ({ argv }) => {
  const program = argv.join(' ');
  const run = async (script: string): Promise<string> => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'netfilter');
    await writeFile(file, NETFILTER);
    return await inNamespace(
      `ours() { ${program} "$file" "$@"; }
file=$1 rules=$2; shift 2
printf '%s' "$rules" | nft -f -
${script}`,
      ...[file, TWO_TABLES, ...RULES],
    );
  };

  test('are asked for where they are needed', async () => {
    const { chains } = parseChains(said(await run('ours list')));
    const closed = RULES.map((rule) => closedTo(rule, chains).map(({ table, name }) => `${table} ${name}`));
    expect(closed).toEqual([
      ['filter input', 'theirs guard'],
      ['filter input', 'theirs guard'],
      ['filter input'],
      ['filter output'],
      ['filter output'],
    ]);
  });

  test('stand before all others, once however often they are asked for', async () => {
    const listed = await run('ours open "$@"; ours open "$@"; ours list');
    expect(openedIn(parseChains(said(listed)).chains)).toEqual(RULES.toSorted());
    expect(listed.split('konvoy-ha: in vrrp from 10.0.50.12').length - 1).toBe(2);
    expect(listed.indexOf('konvoy-ha: in vrrp from 10.0.50.12')).toBeLessThan(listed.indexOf('ct state'));
  });

  test('go when they are not asked for any more, and others stay', async () => {
    const listed = await run('ours open "$@"; ours open "$1"; ours list');
    expect(openedIn(parseChains(said(listed)).chains)).toEqual([FIRST]);
  });

  test('leave everything as it was when they are taken away, also where there are none', async () => {
    const [before, open, after] = (
      await run(
        'nft -s list ruleset; echo --; ours open "$@"; nft -s list ruleset; echo --; ours close; ours close; nft -s list ruleset',
      )
    ).split('--\n');
    expect(open).not.toBe(before);
    expect(after).toBe(before);
  });

  test('are nowhere where nothing filters', async () => {
    expect(await run('nft flush ruleset; ours list; ours open "$@"; nft list ruleset; ours close')).toBe('');
  });
});

/** Three hosts on one wire, each in a namespace of its own; the parameters of the script are the words of the test. */
const THREE_HOSTS = `reach=$1 way=$2 mode=$3 net=$4 rules=$5
ip link add name wire type bridge; ip link set wire up
for n in 1 2 3; do
  unshare --net sleep 60 >/dev/null & eval "host$n=$!"
done
trap 'kill "$host1" "$host2" "$host3"' EXIT
sleep 0.2
for n in 1 2 3; do
  eval "pid=\\$host$n"
  ip link add "port$n" type veth peer name eth0 netns "$pid"
  ip link set "port$n" master wire up
  nsenter --target "$pid" --net sh -euc '
    sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0 2>/dev/null || :
    ip link set lo up; ip link set eth0 up
    ip address add "10.0.50.1$1/24" dev eth0; ip address add "fd00::1$1/64" dev eth0 nodad' - "$n"
done
printf '%s' "$rules" | nsenter --target "$host2" --net nft -f -
sleep 1
for n in 1 2 3; do
  eval "pid=\\$host$n"; peers=''
  for m in 1 2 3; do [ "$m" = "$n" ] || peers="$peers \${net}1$m"; done
  # shellcheck disable=SC2086
  nsenter --target "$pid" --net sh -c "$reach" test "$way" "$mode" eth0 "\${net}1$n" run-1 0.7 2.5 $peers | sed "s/^/$n /" &
  eval "test$n=$!"
done
wait "$test1" "$test2" "$test3"`;

/** `1<2`: what the second says, the first hears. */
async function whoHears(way: string, mode: string, net: string, rules: string): Promise<readonly string[]> {
  const lines = (await inNamespace(THREE_HOSTS, REACH, way, mode, net, rules)).split('\n');
  return lines
    .flatMap((line) => {
      const [, listener, speaker] = /^(\d) heard \S*1(\d)$/.exec(line) ?? [];
      return listener === undefined || listener === speaker ? [] : [`${listener}<${speaker ?? ''}`];
    })
    .toSorted();
}

const EVERYBODY = ['1<2', '1<3', '2<1', '2<3', '3<1', '3<2'];
const NOT_THE_SECOND = ['1<2', '1<3', '3<1', '3<2'];
const NOT_FROM_THE_SECOND = ['1<3', '2<1', '2<3', '3<1'];

const STATEFUL = `table inet filter {
  chain input { type filter hook input priority 0; policy drop; ct state established,related accept; meta l4proto { 1, 58 } accept; }
}
`;
const AGAINST = `table inet filter {
  chain input { type filter hook input priority 0; policy accept; meta l4proto 112 drop; }
}
`;
const NOTHING_OUT = `table inet filter {
  chain output { type filter hook output priority 0; policy accept; meta l4proto 112 drop; }
}
`;

describe.skipIf(!ABLE)('who hears whom on a real wire', () => {
  const four = '10.0.50.';
  const six = 'fd00::';

  test.each<readonly [string, string, string, string, string, readonly string[]]>([
    ['everybody everybody', 'link', 'unicast', four, '', EVERYBODY],
    ['everybody everybody, the way of adverts', 'stack', 'unicast', four, '', EVERYBODY],
    ['everybody everybody by the group', 'link', 'multicast', four, '', EVERYBODY],
    ['everybody everybody by the group, the way of adverts', 'stack', 'multicast', four, '', EVERYBODY],
    ['everybody everybody over IPv6', 'link', 'unicast', six, '', EVERYBODY],
    ['everybody everybody over IPv6, the way of adverts', 'stack', 'unicast', six, '', EVERYBODY],
    ['everybody everybody by the group of IPv6', 'link', 'multicast', six, '', EVERYBODY],
    [
      'everybody everybody by the group of IPv6, the way of adverts',
      'stack',
      'multicast',
      six,
      '',
      EVERYBODY,
    ],
    ['not a host that drops it', 'link', 'unicast', four, AGAINST, NOT_THE_SECOND],
    ['not a host that drops it over IPv6', 'link', 'unicast', six, AGAINST, NOT_THE_SECOND],
    ['not a host behind a firewall that lets in answers', 'link', 'unicast', four, STATEFUL, NOT_THE_SECOND],
    ['which the way of adverts alone would not tell', 'stack', 'unicast', four, STATEFUL, EVERYBODY],
    ['not by the group a host behind such a firewall', 'link', 'multicast', four, STATEFUL, NOT_THE_SECOND],
    ['a host that lets nothing out, past its firewall', 'link', 'unicast', four, NOTHING_OUT, EVERYBODY],
    ['nobody a host that lets nothing out', 'stack', 'unicast', four, NOTHING_OUT, NOT_FROM_THE_SECOND],
    [
      'nobody a host that lets nothing out, by the group',
      'stack',
      'multicast',
      four,
      NOTHING_OUT,
      NOT_FROM_THE_SECOND,
    ],
  ])('%s', async (_, way, mode, net, rules, expected) => {
    expect(await whoHears(way, mode, net, rules)).toEqual(expected);
  });
});
