import { describe, expect, test } from 'vitest';
import type { OsFacts } from '../../../src/domain/facts.ts';
import { parseOsRelease, systemFact } from '../../../src/facts/system.ts';
import { complained, said } from '../../support/command-results.ts';

// From the images of the distributions, shortened to the lines that matter and their neighbours.
const DEBIAN_12 = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
`;
const UBUNTU_24 = `PRETTY_NAME="Ubuntu 24.04.1 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
`;
const ROCKY_9 = `NAME="Rocky Linux"
VERSION="9.4 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.4"
PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"
`;
const ALPINE_3 = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.3
PRETTY_NAME="Alpine Linux v3.20"
`;
const DEBIAN_SID = `PRETTY_NAME="Debian GNU/Linux trixie/sid"
ID=debian
`;

describe('os-release', () => {
  test.each<readonly [string, string, string, OsFacts]>([
    [
      'Debian 12',
      DEBIAN_12,
      'systemd\n',
      {
        id: 'debian',
        idLike: [],
        versionId: '12',
        prettyName: 'Debian GNU/Linux 12 (bookworm)',
        initSystem: 'systemd',
      },
    ],
    [
      'Ubuntu 24.04, which is like Debian',
      UBUNTU_24,
      'systemd\n',
      {
        id: 'ubuntu',
        idLike: ['debian'],
        versionId: '24.04',
        prettyName: 'Ubuntu 24.04.1 LTS',
        initSystem: 'systemd',
      },
    ],
    [
      'Rocky 9, which is like three others',
      ROCKY_9,
      'systemd\n',
      {
        id: 'rocky',
        idLike: ['rhel', 'centos', 'fedora'],
        versionId: '9.4',
        prettyName: 'Rocky Linux 9.4 (Blue Onyx)',
        initSystem: 'systemd',
      },
    ],
    [
      'Alpine 3.20 with OpenRC',
      ALPINE_3,
      'openrc\n',
      {
        id: 'alpine',
        idLike: [],
        versionId: '3.20.3',
        prettyName: 'Alpine Linux v3.20',
        initSystem: 'openrc',
      },
    ],
    [
      'Debian sid, which has no version, in a container without an init system',
      DEBIAN_SID,
      '',
      {
        id: 'debian',
        idLike: [],
        versionId: '',
        prettyName: 'Debian GNU/Linux trixie/sid',
        initSystem: 'unknown',
      },
    ],
    [
      'systemd on a host that also has OpenRC installed',
      DEBIAN_SID,
      'systemd\nopenrc\n',
      {
        id: 'debian',
        idLike: [],
        versionId: '',
        prettyName: 'Debian GNU/Linux trixie/sid',
        initSystem: 'systemd',
      },
    ],
    [
      'nothing from a host without the file',
      '',
      '',
      { id: 'unknown', idLike: [], versionId: '', prettyName: 'an unknown system', initSystem: 'unknown' },
    ],
    [
      'quotes of both kinds, upper case and comments',
      "# os-release(5)\nID='Flatcar'\nID_LIKE=\"CoreOS  RHEL\"\nVERSION_ID='3975.2.0'\n",
      'systemd\n',
      {
        id: 'flatcar',
        idLike: ['coreos', 'rhel'],
        versionId: '3975.2.0',
        prettyName: 'Flatcar',
        initSystem: 'systemd',
      },
    ],
  ])('reads %s', (_, text, init, expected) => {
    expect(parseOsRelease(text, init)).toEqual(expected);
  });
});

describe('the system fact', () => {
  const MACHINE_ID = '1f2e3d4c5b6a79880123456789abcdef';

  test('is read whole on Debian 12 as root', () => {
    const answers = [
      said(DEBIAN_12),
      said(`${MACHINE_ID}\n`),
      said('0\n'),
      said('systemd\n'),
      said('curl\nopenssl\n'),
    ];
    expect(systemFact.parse(answers)).toMatchObject({
      os: { id: 'debian', initSystem: 'systemd' },
      machineId: MACHINE_ID,
      isRoot: true,
      httpsClients: ['curl', 'openssl'],
    });
    expect(systemFact.probes).toHaveLength(answers.length);
  });

  test('has no machine id where there is none, or where an image was never started', () => {
    const missing = [said(''), complained('cat: /etc/machine-id: No such file or directory', 1)];
    expect(systemFact.parse(missing)).not.toHaveProperty('machineId');
    expect(systemFact.parse([said(''), said('uninitialized\n')])).not.toHaveProperty('machineId');
  });

  test('is not root as anybody else, and has no client where none is installed', () => {
    const facts = systemFact.parse([said(''), said(''), said('1000\n'), said(''), said('')]);
    expect(facts).toMatchObject({ isRoot: false, httpsClients: [] });
  });

  test('gives something for a host that answered nothing', () => {
    expect(systemFact.parse([])).toMatchObject({ isRoot: false, httpsClients: [], os: { id: 'unknown' } });
  });
});
