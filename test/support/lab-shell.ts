import type { LabHost } from '../../src/lab/host.ts';

/** Runs a shell script as root on a machine of a lab and returns what it printed; throws when it fails. */
export async function shellOn(host: LabHost, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await host.exec(['sh', '-euc', script]);
  if (exitCode !== 0) throw new Error(`${host.name}: exit ${exitCode} of: ${script}\n${stdout}${stderr}`);
  return stdout;
}
