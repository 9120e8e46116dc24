import { execFile, execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { expect } from 'vitest';
import type { LabContext } from '../../src/lab/context.ts';
import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { labContextOfTests } from '../support/lab.ts';

/** The lab's view of the process that runs the tests, without a word about its progress. */
export const testContext: LabContext = { ...labContextOfTests(), say: () => undefined };

/** The host at a place in the inventory, from 1. */
export function hostAt(lab: Lab, place: number): LabHost {
  const found = lab.hosts[place - 1];
  if (found === undefined) throw new Error(`the lab has no host ${place}`);
  return found;
}

/** What a command says on either output. */
export async function output(machine: LabHost, ...argv: string[]): Promise<string> {
  const result = await machine.exec(argv);
  return `${result.stdout}${result.stderr}`.trim();
}

/** The addresses on the host's interface, without the one that the kernel makes. */
export async function addresses(machine: LabHost): Promise<readonly string[]> {
  const line = await output(machine, 'ip', '-brief', 'address', 'show', 'dev', machine.interfaceName);
  return line.split(/\s+/).filter((word) => word.includes('/') && !word.startsWith('fe80:'));
}

/** What the system's ssh client says with nothing but the lab's own files. */
export async function ssh(lab: Lab, user: string, machine: LabHost, ...command: string[]): Promise<string> {
  const options = {
    UserKnownHostsFile: lab.knownHostsPath,
    StrictHostKeyChecking: 'yes',
    BatchMode: 'yes',
    ConnectTimeout: '5',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const argv = ['-F', 'none', '-i', lab.privateKeyPath, ...words, `${user}@${machine.address}`, ...command];
  return new Promise((resolve) => {
    execFile('ssh', argv, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`.trim()));
  });
}

/** Whether this machine has an ssh client to try. */
export function hasSsh(): boolean {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Status and first line of the API server's answer, the code of a refusal, or `silent` after three seconds. */
export async function ask(lab: Lab, address: string, path: string): Promise<string> {
  const ca = await readFile(lab.caPath);
  const signal = AbortSignal.timeout(3_000);
  return new Promise((resolve) => {
    const asked = request({ host: address, port: 6443, path, ca, signal, agent: false }, (response) => {
      response.setEncoding('utf8').once('data', (body: string) => {
        resolve(`${response.statusCode ?? 0} ${body.trim().split('\n')[0] ?? ''}`);
      });
    });
    asked.once('error', (error: NodeJS.ErrnoException) =>
      resolve(signal.aborted ? 'silent' : (error.code ?? error.message)),
    );
    asked.end();
  });
}

/** Installs keepalived with the host's own apt. */
export async function installKeepalived(machine: LabHost): Promise<void> {
  const update = await machine.exec(['apt-get', 'update']);
  expect(update).toMatchObject({ exitCode: 0, stderr: '' });
  const install = await machine.exec([
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    'install',
    '-y',
    'keepalived',
  ]);
  expect(install.exitCode).toBe(0);
  expect((await machine.exec(['keepalived', '--version'])).exitCode).toBe(0);
}

/** Gives keepalived a vip to share by multicast, and starts it. */
export async function startKeepalived(machine: LabHost, vip: string, priority: number): Promise<void> {
  const configuration = [
    'vrrp_instance lab {',
    `  interface ${machine.interfaceName}`,
    '  virtual_router_id 77',
    `  priority ${priority}`,
    '  virtual_ipaddress {',
    `    ${vip}/32`,
    '  }',
    '}',
    '',
  ].join('\n');
  await machine.exec(['tee', '/etc/keepalived/keepalived.conf'], { stdin: configuration });
  expect((await machine.exec(['systemctl', 'restart', 'keepalived'])).exitCode).toBe(0);
}

/** The containers and networks that carry the label of a lab. */
export async function remains(lab: string): Promise<string> {
  const filter = ['--filter', `label=dev.konvoy-ha.lab=${lab}`, '--quiet'];
  const list = (...argv: string[]) => execFileSync('docker', [...argv, ...filter], { encoding: 'utf8' });
  return `${list('ps', '--all')}${list('network', 'ls')}`;
}
