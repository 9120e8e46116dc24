import { parseIpAddress, type IpAddress } from '../../domain/address.ts';
import { parseInterfaceName, type InterfaceName } from '../../domain/names.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { parsePriority, parseVrid, type Priority, type Vrid } from '../../domain/vrrp.ts';
import { parseConf, statementsOf, valueOf, type Statement } from './conf.ts';
import { MARK, SCRIPT_USER } from './layout.ts';

/** What somebody else's keepalived.conf does with the VIP. */
export interface ForeignRouter {
  /** Its vrrp_instance. */
  readonly name: string;
  readonly vrid: Vrid;
  readonly priority: Priority;
  readonly interface: InterfaceName;
  /** All addresses that it moves. */
  readonly vips: readonly IpAddress[];
  /** Everything in the file that has nothing to do with it, ready to be included; empty when there is nothing. */
  readonly kept: string;
}

/** Reads the part of a keepalived.conf that moves the VIP, or says why it cannot be taken over. */
export function foreignRouter(text: string, vip: IpAddress): Result<ForeignRouter, string> {
  const parsed = parseConf(text);
  if (!parsed.ok) return parsed;
  const instance = instanceOf(parsed.value, vip);
  const name = instance?.words[1];
  if (instance === undefined || name === undefined) return err(`no vrrp_instance in it has ${vip}`);
  const vrid = parseVrid(Number(valueOf(instance.body, 'virtual_router_id')));
  const priority = parsePriority(Number(valueOf(instance.body, 'priority') ?? DEFAULT_PRIORITY));
  const device = parseInterfaceName(valueOf(instance.body, 'interface'));
  if (!vrid.ok) return err(`vrrp_instance ${name}: virtual_router_id: ${vrid.error}`);
  if (!priority.ok) return err(`vrrp_instance ${name}: priority: ${priority.error}`);
  if (!device.ok) return err(`vrrp_instance ${name} names no interface`);
  const group = parsed.value.find(
    (statement) => statement.words[0] === 'vrrp_sync_group' && groupOf(statement).includes(name),
  );
  if (group !== undefined && groupOf(group).length > 1)
    return err(`vrrp_sync_group ${group.words[1] ?? ''} ties ${name} to other instances`);
  return ok({
    name,
    vrid: vrid.value,
    priority: priority.value,
    interface: device.value,
    vips: addressesOf(instance),
    kept: keptText(text, parsed.value, instance),
  });
}

/**
 * The part of a configuration that makes its virtual router what it is: of several instances the one that has the VIP. A
 * text that cannot be read is all of it.
 */
export function routerPart(text: string, vip: IpAddress): string {
  if (text.includes(MARK)) return text;
  const parsed = parseConf(text);
  const instance = parsed.ok ? instanceOf(parsed.value, vip) : undefined;
  if (!parsed.ok || instance === undefined) return text;
  const globals = statementsOf(parsed.value, 'global_defs').map(({ from, to }) => text.slice(from, to));
  return [...globals, text.slice(instance.from, instance.to)].join('\n');
}

function instanceOf(statements: readonly Statement[], vip: IpAddress): Statement | undefined {
  return statementsOf(statements, 'vrrp_instance').find((instance) => addressesOf(instance).includes(vip));
}

function addressesOf({ body }: Statement): readonly IpAddress[] {
  const blocks = ['virtual_ipaddress', 'virtual_ipaddress_excluded'].flatMap((keyword) =>
    statementsOf(body, keyword),
  );
  return blocks.flatMap((block) =>
    (block.body ?? []).flatMap(({ words }) => {
      const address = parseIpAddress(words[0]?.split('/')[0]);
      return address.ok ? [address.value] : [];
    }),
  );
}

/** The instances of a vrrp_sync_group, each on its line or all on one. */
function groupOf({ body }: Statement): readonly string[] {
  return statementsOf(body, 'group').flatMap((group) => (group.body ?? []).flatMap(({ words }) => words));
}

/**
 * Statements that go on beside ours. What `global_defs` said for them stands in them: there it is ours from now on. A script that
 * only the instance ran would be complained of.
 */
function keptText(text: string, statements: readonly Statement[], instance: Statement): string {
  const globals = statementsOf(statements, 'global_defs')[0]?.body;
  const others = statements.filter((statement) => {
    const [keyword = '', name = ''] = statement.words;
    if (statement === instance || keyword === 'global_defs') return false;
    return keyword !== 'vrrp_sync_group' || !groupOf(statement).includes(instance.words[1] ?? name);
  });
  const isUsed = (name: string): boolean =>
    others.some(
      ({ words, body }) =>
        ['vrrp_instance', 'vrrp_sync_group'].includes(words[0] ?? '') &&
        statementsOf(body, 'track_script').some((tracked) =>
          tracked.body?.some((line) => line.words[0] === name),
        ),
    );
  return others
    .filter(({ words }) => words[0] !== 'vrrp_script' || isUsed(words[1] ?? ''))
    .map((statement) => withGlobals(text, statement, globals))
    .join('\n\n');
}

/** An instance keeps its version of VRRP, a script its user. */
function withGlobals(text: string, statement: Statement, globals: readonly Statement[] | undefined): string {
  const raw = text.slice(statement.from, statement.to);
  const insert = (line: string): string => raw.replace('{', () => `{\n    ${line}`);
  const [keyword] = statement.words;
  if (keyword === 'vrrp_instance' && valueOf(statement.body, 'version') === undefined) {
    const version = valueOf(globals, 'vrrp_version') ?? DEFAULT_VERSION;
    // IPv6 has no version 2, whatever the default is.
    return addressesOf(statement)[0]?.includes(':') === true ? raw : insert(`version ${version}`);
  }
  if (keyword === 'vrrp_script' && valueOf(statement.body, 'user') === undefined) {
    const user = statementsOf(globals, 'script_user').at(-1)?.words.slice(1).join(' ');
    return insert(`user ${user ?? SCRIPT_USER}`);
  }
  return raw;
}

/** keepalived.conf(5), for what is not written. */
const DEFAULT_PRIORITY = '100';
const DEFAULT_VERSION = '2';
