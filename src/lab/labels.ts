/** The label every container and network of a lab carries; its value is the lab's name. */
export const labLabel = 'dev.konvoy-ha.lab';

/** On a network: the suite of its hosts, its subnet's number and the absolute state directory. */
export const suiteLabel = `${labLabel}.suite`;
export const subnetLabel = `${labLabel}.subnet`;
export const stateLabel = `${labLabel}.state`;

/** On a container: `host`, `stranger` or `partition`, and the host's name. */
export const roleLabel = `${labLabel}.role`;
export const hostLabel = `${labLabel}.host`;

/** The name of a lab's network. */
export function networkName(lab: string): string {
  return `konvoy-ha-lab-${lab}`;
}

/** The name of the container that is the given host of a lab. */
export function containerName(lab: string, host: string): string {
  return `konvoy-ha-lab-${lab}-${host}`;
}
