import { err, ok, type Result } from './result.ts';

/** How many hosts may be activated at the same time: a number, or a share of the hosts of the run in percent. */
export type Serial =
  { readonly unit: 'hosts'; readonly count: number } | { readonly unit: 'percent'; readonly share: number };

/** Reads `2` or `30%`, as Ansible's `serial` has them. */
export function parseSerial(text: string): Result<Serial, string> {
  const [, digits = '', percent] = /^(\d{1,4})(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === '' || value < 1 || (percent === '%' && value > 100))
    return err(`expected a number of hosts from 1, or a share like 30%, got ${JSON.stringify(text)}`);
  return ok(percent === '%' ? { unit: 'percent', share: value } : { unit: 'hosts', count: value });
}

/** Hosts at the same time among that many; a share is rounded down, as by Ansible, but is never less than one host. */
export function batchSize(serial: Serial, hosts: number): number {
  return serial.unit === 'hosts' ? serial.count : Math.max(1, Math.floor((hosts * serial.share) / 100));
}

/** As it is typed. */
export function formatSerial(serial: Serial): string {
  return serial.unit === 'hosts' ? String(serial.count) : `${serial.share}%`;
}
