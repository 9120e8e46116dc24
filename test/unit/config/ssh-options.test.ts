import { describe, expect, it } from 'vitest';
import { parseSshOptions } from '../../../src/config/ssh-options.ts';

function parse(args: string): unknown {
  const { problems, ...options } = parseSshOptions(args);
  return {
    ...options,
    problems: problems.map(({ severity, fragment, message }) => `${severity} [${fragment}] ${message}`),
  };
}

const nothing = { identityFiles: [], problems: [] };

describe('ssh arguments that are understood', () => {
  it.each([
    ['', nothing],
    ['-o StrictHostKeyChecking=yes', { ...nothing, strictHostKeyChecking: 'yes' }],
    ['-o StrictHostKeyChecking=ask', { ...nothing, strictHostKeyChecking: 'ask' }],
    ['-oStrictHostKeyChecking=accept-new', { ...nothing, strictHostKeyChecking: 'accept-new' }],
    ['-o "stricthostkeychecking accept-new"', { ...nothing, strictHostKeyChecking: 'accept-new' }],
    ["-o 'StrictHostKeyChecking = yes'", { ...nothing, strictHostKeyChecking: 'yes' }],
    ['-o UserKnownHostsFile=/a', { ...nothing, knownHostsFiles: ['/a'] }],
    ['-o "UserKnownHostsFile=/a ~/b"', { ...nothing, knownHostsFiles: ['/a', '~/b'] }],
    [`-o 'UserKnownHostsFile="/with space" /b'`, { ...nothing, knownHostsFiles: ['/with space', '/b'] }],
    ['-i key -i/other -o IdentityFile=third', { ...nothing, identityFiles: ['key', '/other', 'third'] }],
    ['-p 2222', { ...nothing, port: '2222' }],
    ['-p2222', { ...nothing, port: '2222' }],
    ['-o Port=2222 -p 22', { ...nothing, port: '2222' }],
    [
      '-o StrictHostKeyChecking=yes -o StrictHostKeyChecking=accept-new',
      { ...nothing, strictHostKeyChecking: 'yes' },
    ],
    [
      '-o IdentitiesOnly=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3',
      nothing,
    ],
    ['-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=~/.ssh/%C', nothing],
  ])('%s', (args, expected) => {
    expect(parse(args)).toEqual(expected);
  });
});

describe('ssh arguments that switch host keys off are used in a safe way, and it is said', () => {
  it.each([
    ['no', 'accept-new'],
    ['off', 'accept-new'],
    ['No', 'accept-new'],
  ])('StrictHostKeyChecking=%s', (value, strictHostKeyChecking) => {
    expect(parse(`-o StrictHostKeyChecking=${value}`)).toEqual({
      identityFiles: [],
      strictHostKeyChecking,
      problems: [
        `warning [StrictHostKeyChecking=${value}] unknown host keys are stored and changed ones refused, as with accept-new, never ignored`,
      ],
    });
  });

  it('UserKnownHostsFile=/dev/null', () => {
    expect(parse('-o UserKnownHostsFile=/dev/null')).toEqual({
      identityFiles: [],
      knownHostsFiles: [],
      problems: [
        'warning [UserKnownHostsFile=/dev/null] host keys are kept in your own known_hosts instead of being forgotten after every connection',
      ],
    });
  });
});

describe('ssh arguments that are not understood are never ignored', () => {
  it.each([
    [
      '-o ProxyCommand="ssh -W %h:%p gate"',
      [
        'error [ProxyCommand=ssh -W %h:%p gate] "ProxyCommand=ssh -W %h:%p gate" is an ssh option we cannot honour yet',
      ],
    ],
    ['-J gate', ['error [-J] "-J" is an ssh option we cannot honour yet']],
    [
      '-F config -vvv',
      [
        'error [-F] "-F" is an ssh option we cannot honour yet',
        'error [-vvv] "-vvv" is an ssh option we cannot honour yet',
      ],
    ],
    ['-C', ['error [-C] "-C" is an ssh option we cannot honour yet']],
    ['host', ['error [host] "host" is an ssh option we cannot honour yet']],
    ['-o', ['error [-o] -o needs a value']],
    ['-o Port', ['error [Port] expected -o Option=value, got "Port"']],
    [
      '-o StrictHostKeyChecking=maybe',
      ['error [StrictHostKeyChecking=maybe] expected StrictHostKeyChecking to be yes, accept-new, ask or no'],
    ],
    ['-o ConnectTimeout=$(id)', ['error [ConnectTimeout=$(id)] "$(id)" is no value for this option of ssh']],
    [`-o 'UserKnownHostsFile="/a'`, ['error [UserKnownHostsFile="/a] UserKnownHostsFile has no closing "']],
    ['-o "x', ['error [-o "x] has no closing "']],
  ])('%s', (args, problems) => {
    expect(parse(args)).toMatchObject({ problems });
  });
});
