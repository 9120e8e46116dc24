// Compiles src/ to dist/ and makes the entry point executable. Files that are not TypeScript travel beside their code.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.json`], { stdio: 'inherit' });
cpSync(`${root}src/lab/stand-in`, `${root}dist/lab/stand-in`, { recursive: true });
chmodSync(`${root}dist/main.js`, 0o755);
