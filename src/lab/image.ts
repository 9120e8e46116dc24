import { KonvoyError } from '../domain/error.ts';
import { must, run } from './command.ts';
import type { LabContext, Suite } from './context.ts';
import { exclusively } from './exclusive.ts';
import { bootstrapPackages, distributions, hasCommand, installPackages, isDebian } from './packages.ts';
import { imageChanges, imageName, imageRecipe } from './recipe.ts';

/** Makes sure that the image of a suite is there and returns its name; builds it once, whoever else asks meanwhile. */
export async function ensureImage(suite: Suite, context: LabContext): Promise<string> {
  const image = imageName(suite);
  if (await isThere(context, image)) return image;
  return exclusively(`image-${suite}`, async () => {
    if (await isThere(context, image)) return image;
    const base = await ensureBase(suite, context);
    context.say(`building the image ${image} (about half a minute, then kept)`);
    await build(context, { suite, base, image });
    return image;
  });
}

/** Removes the images the lab ever made, but for those in use, and returns the names of the removed. */
export async function removeImages(context: LabContext): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of [
    ...(await listed(context, imageRepository)),
    ...(await listed(context, baseRepository)),
  ]) {
    const removal = await run(context, ['docker', 'image', 'rm', '--force', name]);
    if (removal.exitCode === 0) removed.push(name);
    else context.say(`kept ${name}: it is in use`);
  }
  return removed;
}

async function build(
  context: LabContext,
  { suite, base, image }: { readonly suite: Suite; readonly base: string; readonly image: string },
): Promise<void> {
  const container = `konvoy-ha-lab-build-${suite}`;
  await run(context, ['docker', 'rm', '--force', container]);
  try {
    // The machine's own network and proxies: whatever reaches the mirror from here reaches it from there.
    const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => ['--env', name]);
    const argv = ['docker', 'run', '--interactive', '--name', container, '--network', 'host', ...proxies];
    await must(context, [...argv, base, '/bin/sh', '-s'], { stdin: imageRecipe() });
    const changes = imageChanges.flatMap((change) => ['--change', change]);
    await must(context, ['docker', 'commit', ...changes, container, image]);
  } finally {
    await run(context, ['docker', 'rm', '--force', container]);
  }
}

/** A minimal Debian: bootstrapped from the mirror where this machine is set up for that, else from a registry. */
async function ensureBase(suite: Suite, context: LabContext): Promise<string> {
  const base = `${baseRepository}:${suite}`;
  if (await isThere(context, base)) return base;
  const root = context.uid === 0;
  if (root && (await hasCommand(context, 'mmdebstrap'))) return bootstrap(suite, context, base);
  const official = `debian:${suite}-slim`;
  context.say(`pulling ${official}`);
  const pulled = await run(context, ['docker', 'pull', '--quiet', official]);
  if (pulled.exitCode === 0) return official;
  if (root && isDebian(await distributions())) {
    await installPackages(context, { names: bootstrapPackages, reason: `cannot pull ${official}` });
    return bootstrap(suite, context, base);
  }
  throw new KonvoyError(`no ${suite} to build a lab host from: ${pulled.stderr.trim()}`, {
    code: 'lab-unavailable',
    hints: [
      `as root on debian or ubuntu: apt-get install ${bootstrapPackages.join(' ')}, then try again as root`,
    ],
  });
}

async function bootstrap(suite: Suite, context: LabContext, base: string): Promise<string> {
  context.say(`bootstrapping a minimal debian ${suite} (about half a minute, then kept)`);
  const mirror = mirrorIn(await aptTargets(context));
  // Piped by a shell because the tree is large; all that varies is an argument.
  const line =
    'set -o pipefail; mmdebstrap --quiet --variant=minbase "$1" - ${3:+"$3"} | docker import - "$2"';
  await must(context, [
    'bash',
    '-c',
    line,
    'bootstrap',
    suite,
    base,
    ...(mirror === undefined ? [] : [mirror]),
  ]);
  return base;
}

async function aptTargets(context: LabContext): Promise<string> {
  const format = '$(ORIGIN)\t$(LABEL)\t$(SITE)';
  const targets = await run(context, ['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  return targets.exitCode === 0 ? targets.stdout : '';
}

/** The Debian mirror in the output of `apt-get indextargets`, if this machine's apt has one. */
export function mirrorIn(targets: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split('\t'));
  const row = rows.find(
    ([origin, label, site]) => origin === 'Debian' && label === 'Debian' && site !== undefined,
  );
  return row?.[2];
}

async function isThere(context: LabContext, image: string): Promise<boolean> {
  return (await run(context, ['docker', 'image', 'inspect', '--format', '{{.Id}}', image])).exitCode === 0;
}

async function listed(context: LabContext, repository: string): Promise<readonly string[]> {
  const output = await must(context, [
    'docker',
    'image',
    'ls',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    repository,
  ]);
  return output.split('\n').filter((line) => line !== '');
}

const imageRepository = 'konvoy-ha-lab';
const baseRepository = 'konvoy-ha-lab-base';
