import { describe, expect, test } from 'vitest';
import { scriptTest } from '../../../src/backends/script-test.ts';
import { bytes } from '../../support/command-results.ts';

const FILE = { kind: 'file', path: '/x', mode: 0o755, owner: 'root', group: 'root', effect: 'none' } as const;

describe('a file is asked of', () => {
  test.each([
    ['the shell of its first line', '#!/bin/sh\nexit 0\n', '/bin/sh'],
    ['another shell', '#! /usr/bin/bash -e\n', '/usr/bin/bash'],
  ])('%s', (_, text, shell) => {
    const content = bytes(text);
    expect(scriptTest({ ...FILE, content })).toEqual({
      effect: 'change',
      argv: [shell, '-n'],
      stdin: content,
    });
  });

  test.each([
    ['it names no program', '[Unit]\n'],
    ['its program is no shell', '#!/usr/bin/python3\n'],
    ['its shell is to be looked for', '#!/usr/bin/env bash\n'],
    ['its program has no path', '#!sh\n'],
    ['it is empty', ''],
  ])('nobody when %s', (_, text) => {
    expect(scriptTest({ ...FILE, content: bytes(text) })).toBeUndefined();
  });
});
