// Stands in for the health endpoints of kube-apiserver on a lab host, and for nothing else of it.
// The file named by MODE says what to do with the next request; see docs/lab.md.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { hostname } from 'node:os';

const MODE = '/run/konvoy-ha-lab/mode';
const DIRECTORY = '/etc/konvoy-ha-lab/api';
const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

const server = createServer(
  { key: readFileSync(`${DIRECTORY}/tls.key`), cert: readFileSync(`${DIRECTORY}/tls.crt`) },
  (request, response) => {
    const path = new URL(request.url ?? '/', 'https://kubernetes').pathname;
    const answer = answerTo(path, mode());
    if (answer === undefined) return;
    response.setHeader('X-Served-By', hostname());
    response.writeHead(answer.status, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(answer.body);
  },
);

// Both families: on Linux "::" takes IPv4 as well.
server.listen({ host: '::', port: 6443 });
process.on('SIGTERM', () => process.exit(0));

function mode() {
  try {
    return readFileSync(MODE, 'utf8').trim();
  } catch {
    return 'ok';
  }
}

function answerTo(path, state) {
  if (state === 'hang') return undefined;
  if (state === 'auth') return { status: 401, body: 'Unauthorized\n' };
  if (state === 'sick')
    return { status: 500, body: `[-]etcd failed: reason withheld\n${path.slice(1)} check failed\n` };
  if (state === 'unready' && path === '/readyz') {
    return { status: 500, body: '[-]shutdown failed: reason withheld\nreadyz check failed\n' };
  }
  if (HEALTH.has(path)) return { status: 200, body: 'ok' };
  if (path === '/whoami') return { status: 200, body: `${hostname()}\n` };
  return { status: 404, body: 'the lab stands in for the health endpoints only\n' };
}
