import { parseIpAddress, type IpAddress } from '../../domain/address.ts';
import { statementsOf, type Configuration, type Statement } from './configuration.ts';

/** One address of a block of addresses, with where it stands. */
export interface WrittenAddress {
  readonly address: IpAddress;
  /** The length of its prefix; absent when none is written, and then it is /32 or /128. */
  readonly prefixLength?: number;
  readonly at: Statement;
}

export function instancesIn({ statements }: Configuration): readonly Statement[] {
  return statements.filter(({ keyword }) => keyword === 'vrrp_instance');
}

/** The statement of a keyword right in a block: the last one counts. */
export function ownStatement(block: Statement, keyword: string): Statement | undefined {
  return ownStatements(block, keyword).at(-1);
}

export function ownStatements(block: Statement, keyword: string): readonly Statement[] {
  return (block.block ?? []).filter((statement) => statement.keyword === keyword);
}

/** The global statement of a keyword; the last one counts. */
export function globalStatement({ statements }: Configuration, keyword: string): Statement | undefined {
  const blocks = statements.filter((statement) => statement.keyword === 'global_defs');
  return blocks.flatMap((block) => ownStatements(block, keyword)).at(-1);
}

/** The addresses in all blocks of that keyword; what is none is left to `keepalived -t`. */
export function addressesIn(block: Statement, keyword: string): readonly WrittenAddress[] {
  return ownStatements(block, keyword)
    .flatMap((statement) => statement.block ?? [])
    .flatMap((at) => {
      const [text = '', length] = at.keyword.split('/');
      const parsed = parseIpAddress(text);
      if (!parsed.ok) return [];
      return [
        { address: parsed.value, at, ...(length === undefined ? {} : { prefixLength: Number(length) }) },
      ];
    });
}

/** The instance that moves the VIP: the first whose adverts name it. */
export function instanceOf(configuration: Configuration, vip: IpAddress): Statement | undefined {
  return instancesIn(configuration).find((instance) =>
    addressesIn(instance, 'virtual_ipaddress').some(({ address }) => address === vip),
  );
}

/** The version of VRRP that an instance speaks: its own, else the global one, else keepalived's default, 2. */
export function vrrpVersion(configuration: Configuration, instance: Statement): number {
  const own = ownStatement(instance, 'version') ?? globalStatement(configuration, 'vrrp_version');
  // IPv6 is VRRPv3 whatever is written.
  const isSix = addressesIn(instance, 'virtual_ipaddress')[0]?.address.includes(':') === true;
  return isSix ? 3 : Number(own?.words[0] ?? 2);
}

/** The name of an instance or a script. */
export function nameOf(block: Statement): string {
  return block.words[0] ?? '';
}

/** Whether anything in the file is of that keyword. */
export function uses({ statements }: Configuration, ...keywords: readonly string[]): boolean {
  return statementsOf(statements, ...keywords).length > 0;
}
