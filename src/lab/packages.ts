import { readFile } from 'node:fs/promises';
import { must, run } from './command.ts';
import type { LabContext } from './context.ts';

/** What makes a minimal Debian out of a mirror, and the keys it checks the mirror's signature with. */
export const bootstrapPackages: readonly string[] = ['mmdebstrap', 'debian-archive-keyring'];

/** The names this machine's distribution goes by: its `ID` in os-release(5), then what it is `ID_LIKE`. */
export async function distributions(): Promise<readonly string[]> {
  return distributionsIn(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** The distribution's names in the text of an os-release file. */
export function distributionsIn(osRelease: string): readonly string[] {
  const values = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=["']?([^"'\n]*)["']?$/gm)].map(
    (match) => match[1] ?? '',
  );
  return values.flatMap((value) => value.split(' ')).filter((name) => name !== '');
}

/** Whether packages can be installed with apt-get on a distribution of those names. */
export function isDebian(names: readonly string[]): boolean {
  return names.some((name) => name === 'debian' || name === 'ubuntu');
}

/** Installs on this machine those of the named packages that its distribution has, saying so; needs root and apt. */
export async function installPackages(
  context: LabContext,
  wanted: { readonly names: readonly string[]; readonly reason: string },
): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await must(context, ['apt-get', 'update', '-qq'], { env });
  const known = await must(context, ['apt-cache', 'pkgnames']);
  const all = new Set(known.split('\n'));
  const names = wanted.names.filter((name) => all.has(name));
  context.say(`installing ${names.join(', ')} with apt-get (${wanted.reason})`);
  await must(context, ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names], { env });
}

/** Whether a command can be started on this machine. */
export async function hasCommand(context: LabContext, name: string): Promise<boolean> {
  return (await run(context, [name, '--version'])).exitCode !== 127;
}
