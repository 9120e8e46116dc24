import { expect, test } from 'vitest';
import { decideEngine, type EngineSight } from '../../../src/lab/engine-decision.ts';
import { distributionsIn } from '../../../src/lab/packages.ts';

const bareDebian: EngineSight = {
  platform: 'linux',
  answers: false,
  clientInstalled: false,
  dockerHost: undefined,
  daemonInstalled: false,
  systemd: false,
  root: true,
  distributions: ['debian'],
};

test.each<[string, Partial<EngineSight>, string]>([
  ['an engine that answers is used', { answers: true, clientInstalled: true }, 'use'],
  ['an engine that answers is used by anybody', { answers: true, root: false }, 'use'],
  ['an engine elsewhere that answers is used', { answers: true, dockerHost: 'tcp://192.0.2.1' }, 'use'],
  [
    'an engine elsewhere that is silent is not replaced',
    { dockerHost: 'tcp://192.0.2.1', daemonInstalled: true },
    'refuse',
  ],
  ['a sleeping engine is started by hand', { daemonInstalled: true, clientInstalled: true }, 'start-daemon'],
  [
    'a sleeping engine is started by systemd where that runs',
    { daemonInstalled: true, clientInstalled: true, systemd: true },
    'start-unit',
  ],
  [
    'a sleeping engine is not for users to start',
    { daemonInstalled: true, clientInstalled: true, root: false },
    'refuse',
  ],
  ['a bare debian gets one', {}, 'install'],
  ['a client without an engine does not do', { clientInstalled: true }, 'install'],
  ['an engine without a client does not do', { daemonInstalled: true }, 'install'],
  ['what is like ubuntu gets one', { distributions: ['linuxmint', 'ubuntu', 'debian'] }, 'install'],
  ['users may not install one', { root: false }, 'refuse'],
  ['other distributions get none', { distributions: ['rocky', 'rhel', 'centos', 'fedora'] }, 'refuse'],
  ['another system has no bridges to reach hosts by', { platform: 'darwin', answers: true }, 'refuse'],
])('%s', (_name, difference, kind) => {
  expect(decideEngine({ ...bareDebian, ...difference }).kind).toBe(kind);
});

test('who may not install an engine is told the one line that does', () => {
  expect(decideEngine({ ...bareDebian, root: false })).toMatchObject({
    reason: 'no container engine found',
    hint: 'apt-get update && apt-get install docker.io mmdebstrap (as root)',
  });
});

test.each([
  ['debian 12', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', ['debian']],
  ['rocky 9', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', ['rocky', 'rhel', 'centos', 'fedora']],
  ['mint', "NAME=x\nID=linuxmint\nID_LIKE='ubuntu debian'\n", ['linuxmint', 'ubuntu', 'debian']],
  ['a system without the file', '', []],
  ['VERSION_ID is not ID', 'VERSION_ID="12"\nBUILD_ID=7\n', []],
])('os-release of %s names it', (_name, text, expected) => {
  expect(distributionsIn(text)).toEqual(expected);
});
