// Loads one inventory as the program does and prints what that cost: { ms, cpuMs, rssMb, hosts }. A process of its own
// for each measurement, so that its memory is its own.
import { performance } from 'node:perf_hooks';
import { Vault } from '../dist/config/ansible/vault.js';
import { loadInventory } from '../dist/config/load.js';

const [path] = process.argv.slice(2);
const context = {
  cwd: process.cwd(),
  home: '/nonexistent',
  user: 'bench',
  vault: new Vault([]),
  runScript: () => Promise.reject(new Error('no script is run here')),
};
const started = performance.now();
const cpu = process.cpuUsage();
const loaded = await loadInventory({ inventory: [path] }, context);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error.slice(0, 3)));
console.log(
  JSON.stringify({
    ms: Math.round(ms),
    cpuMs: Math.round((user + system) / 1000),
    rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    hosts: loaded.value.inventory.hosts.size,
  }),
);
