import { expect, test } from 'vitest';
import { konvoyHa } from '../../support/cli.ts';

test.each(['29', '3601', '2m', '-1', ''])('apply refuses --confirm-timeout %j', async (value) => {
  const { code, stderr } = await konvoyHa(['apply', `--confirm-timeout=${value}`]);
  expect(code).toBe(10);
  expect(stderr).toContain('expected a whole number from 30 to 3600');
});

test.each(['30', '3600'])('apply takes --confirm-timeout %s, and goes on to its inventory', async (value) => {
  const { stderr } = await konvoyHa(['apply', `--confirm-timeout=${value}`, '-i', '/nonexistent']);
  expect(stderr).toContain('/nonexistent');
  expect(stderr).not.toContain('whole number');
});
