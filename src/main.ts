#!/usr/bin/env node
import { homedir, hostname, userInfo } from 'node:os';
import { run } from './cli/run.ts';

// The only file that knows the process: everything below it is handed what it needs.
process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  home: process.env['HOME'] ?? homedir(),
  user: loginName(),
  hostname: hostname(),
  uid: process.getuid?.() ?? -1,
  nodePath: process.execPath,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  onInterrupt: (listener) => {
    // SIGHUP too: a terminal that goes away must not leave hosts half-way.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  exitNow: (code) => process.exit(code),
});

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in passwd(5), as in some containers.
    return process.env['USER'] ?? 'unknown';
  }
}
