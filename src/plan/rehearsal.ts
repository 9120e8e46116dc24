import type { IpAddress } from '../domain/address.ts';
import type { Rehearsal } from '../domain/rehearsal.ts';
import type { Check } from '../domain/verdict.ts';

/** What rehearsals have shown, a check for each host that had the VIP. */
export function judgeRehearsals(vip: IpAddress, rehearsals: readonly Rehearsal[]): readonly Check[] {
  return rehearsals.map(({ host, peers, here }): Check => {
    const places = [
      ...peers.map((peer) => ({ name: peer.host, reached: peer.reached })),
      ...(here === undefined ? [] : [{ name: 'here', reached: here.reached }]),
    ];
    const common = { name: 'rehearsal', host };
    const missed = places.filter(({ reached }) => !reached).map(({ name }) => name);
    const list = (names: readonly string[]): string => names.join(', ');
    if (places.length === 0)
      return { ...common, status: 'skipped', evidence: `there is nowhere to ask for ${vip} from` };
    if (missed.length === 0)
      return {
        ...common,
        status: 'pass',
        evidence: `had ${vip} for a moment, and was reached there from ${list(places.map(({ name }) => name))}`,
      };
    const words = here !== undefined && !here.reached ? ` (here: ${here.words})` : '';
    return {
      ...common,
      status: 'fail',
      evidence: `had ${vip} for a moment, and was not reached there from ${list(missed)}${words}`,
      hint: 'let this machine answer for another address than its own: anti-spoofing of the hypervisor, the cloud or the switch; from elsewhere also a route to its subnet',
    };
  });
}
