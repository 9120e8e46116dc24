import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../../src/lab/command.ts';
import { cacheDirectory, type LabContext } from '../../../src/lab/context.ts';
import { exclusively } from '../../../src/lab/exclusive.ts';
import { guestDirectory } from '../../../src/lab/guest.ts';
import { mirrorIn } from '../../../src/lab/image.ts';
import { bootstrapPackages, hasCommand, installPackages } from '../../../src/lab/packages.ts';
import { imageRecipe } from '../../../src/lab/recipe.ts';

/** The kernel that is a program; its package brings its modules. */
export const KERNEL = 'linux.uml';

/** The disk of a lab host with modules of its own kernel; made once for each recipe and kept where the lab keeps its things. */
export async function ensureDisk(context: LabContext): Promise<string> {
  if (context.uid !== 0) throw new Error('machines with a kernel of their own need root');
  if (!(await hasCommand(context, KERNEL)) || !(await hasCommand(context, 'mmdebstrap')))
    await installPackages(context, {
      names: ['user-mode-linux', ...bootstrapPackages],
      reason: 'machines with a kernel of their own',
    });
  const kernel = (await must(context, [KERNEL, '--version'])).trim();
  const hash = createHash('sha256').update([kernel, imageRecipe(), BUILD, NFT].join('\n')).digest('hex');
  const disk = join(cacheDirectory(context.env), `uml-bookworm-${hash.slice(0, 12)}.img`);
  if (existsSync(disk)) return disk;
  return exclusively('uml-bookworm', async () => {
    if (!existsSync(disk)) await build(context, disk);
    return disk;
  });
}

async function build(context: LabContext, disk: string): Promise<void> {
  context.say('building a disk for machines with a kernel of their own (about a minute, then kept)');
  const directory = cacheDirectory(context.env);
  await mkdir(directory, { recursive: true });
  const scratch = await mkdtemp(join(directory, 'uml-build-'));
  try {
    const targets = ['apt-get', 'indextargets', '--format', '$(ORIGIN)\t$(LABEL)\t$(SITE)'];
    const mirror = mirrorIn(await must(context, [...targets, 'Created-By: Packages'])) ?? '';
    const env = { RECIPE: imageRecipe(), NFT };
    await must(context, ['sh', '-euc', BUILD, 'build', scratch, mirror, guestDirectory], { env });
    await rename(join(scratch, 'disk'), disk);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const NFT = readFileSync(new URL('nft.sh', import.meta.url), 'utf8');

/**
 * The lab's own recipe on a disk instead of in a container. What the tests wait for is there already: keepalived, and keys
 * for ssh. Each host unpacks what makes it that host from a second disk, which is a tar archive.
 */
const BUILD = `cd "$1"
mmdebstrap --quiet --variant=minbase --include=kmod bookworm root \${2:+"$2"}
cp -L /etc/resolv.conf root/etc/resolv.conf
printf '%s\\n' "$RECIPE" | chroot root /bin/sh -s
chroot root apt-get install -y -qq --no-install-recommends keepalived ipvsadm iptables
chroot root systemctl mask e2scrub_reap.service e2scrub_all.timer systemd-hwdb-update.service
chroot root dpkg-divert --quiet --local --rename --add /usr/sbin/nft
printf '%s' "$NFT" >root/usr/sbin/nft
chmod 0755 root/usr/sbin/nft
chroot root ssh-keygen -q -A
cp -a /usr/lib/uml/modules/. root/usr/lib/modules/
mkdir -p root/etc/systemd/system/konvoy-ha-lab-boot.service.d
printf '%s\\n' '[Service]' 'ExecStartPre=/bin/tar -C / -xf /dev/ubdb' "ExecStartPre=/bin/sh $3/unpacked" \
  >root/etc/systemd/system/konvoy-ha-lab-boot.service.d/uml.conf
rm -rf root/dev/*
mkfs.ext4 -q -F -d root disk 1400M
`;
