import { describe, expect, it } from 'vitest';
import { expandProxyCommand } from '../../../src/domain/proxy-command.ts';

const tokens = { address: 'fe80::1%eth0', name: 'cp1', port: 2222, user: 'ops' };

describe('the tokens of a ProxyCommand', () => {
  it.each([
    ['ssh -W [%h]:%p %r@gate', 'ssh -W [fe80::1%eth0]:2222 ops@gate'],
    ['echo %n 100%%', 'echo cp1 100%'],
    ['connect %%h', 'connect %h'],
    ['plain', 'plain'],
  ])('%s', (command, expected) => {
    expect(expandProxyCommand(command, tokens)).toEqual({ ok: true, value: expected });
  });

  it.each(['$(id)', 'a;b', 'a b', "a'b", 'a$', '', '`id`', 'a\nb', 'a|b', '*', '~'])(
    'never let a value reach a shell that it could read otherwise: %j',
    (value) => {
      for (const field of ['address', 'name', 'user'] as const) {
        expect(expandProxyCommand('nc %h %n %r', { ...tokens, [field]: value }).ok).toBe(false);
      }
    },
  );

  it.each(['nc %h %q', 'nc %', 'nc %\n'])('that are none are refused: %j', (command) => {
    expect(expandProxyCommand(command, tokens).ok).toBe(false);
  });
});
