// Everything that must hold before a commit, in less than two minutes: types, lint and format side by side, then the
// unit tests, the architecture test among them. What ran side by side is printed one after the other.
import { spawn } from 'node:child_process';

const ahead = await Promise.all(['typecheck', 'lint', 'format:check'].map(run));
for (const { name, code, output } of ahead)
  console.log(`${code === 0 ? 'pass' : 'FAIL'}  ${name}\n${output}`.trimEnd());
const unit = await run('test:unit', 'inherit');
process.exitCode = [...ahead, unit].some(({ code }) => code !== 0) ? 1 : 0;

/** Runs a script of package.json; resolves with how it ended, whatever that was. */
function run(name, stdio = 'pipe') {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', stdio, stdio] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ name, code, output }));
  });
}
