import type { IpAddress } from './address.ts';
import type { Brand } from './result.ts';

/** One thing that a host's firewall lets through, in words that are also its mark there: `in vrrp from 10.0.50.12`. */
export type OpeningRule = Brand<string, 'OpeningRule'>;

/** The firewalls that can be opened. */
export type FirewallName = 'netfilter';

/** What a rule lets through. */
export interface Passage {
  readonly hook: 'input' | 'output';
  readonly protocol: 'vrrp' | 'tcp';
  /** Where it goes to; only TCP has ports. */
  readonly port?: number;
  /** Which address of the packet is looked at. */
  readonly side: 'source' | 'destination';
  /** An address, or a network with its length. */
  readonly address: string;
}

/** What a peer, or whoever is in a network, has to say of the virtual router. */
export function hear(source: string): OpeningRule {
  return `in vrrp from ${source}` as OpeningRule;
}

/** What a host has to say of the virtual router, to a peer or to a group. */
export function tell(destination: string): OpeningRule {
  return `out vrrp to ${destination}` as OpeningRule;
}

/** Connections from an address to a port, 1–65535. */
export function connectFrom(source: IpAddress, port: number): OpeningRule {
  return `in tcp ${port} from ${source}` as OpeningRule;
}

/** Connections from anywhere to a port of an address. */
export function connectTo(destination: IpAddress, port: number): OpeningRule {
  return `in tcp ${port} to ${destination}` as OpeningRule;
}

/** Reads what a mark says; undefined for what is no rule of ours. */
export function parseOpeningRule(text: string): OpeningRule | undefined {
  return SHAPE.test(text) ? (text as OpeningRule) : undefined;
}

/** What a rule lets through, to be compared with what a firewall does. */
export function passageOf(rule: OpeningRule): Passage {
  const { way, protocol, port, side, address = '' } = SHAPE.exec(rule)?.groups ?? {};
  return {
    hook: way === 'out' ? 'output' : 'input',
    protocol: protocol === 'vrrp' ? 'vrrp' : 'tcp',
    side: side === 'from' ? 'source' : 'destination',
    address,
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

const SHAPE =
  /^(?<way>in|out) (?<protocol>vrrp|tcp (?<port>[1-9]\d{0,4})) (?<side>from|to) (?<address>[0-9a-f.:]+(?:\/\d{1,3})?)$/;
