import type { CloudBalancer } from '../../domain/intent.ts';
import { parseBoolean } from '../boolean.ts';
import type { Cursor } from '../text/cursor.ts';
import { didYouMean } from '../text/suggest.ts';
import { readBalancer } from './balancer.ts';
import { readKeepalived } from './keepalived.ts';
import { CLOUDS, OWN_MACHINES } from './provisioner-fields.ts';
import type { WrittenSettings } from './written-settings.ts';

/** Which kind of endpoint a cluster has, and why. */
export type EndpointChoice =
  KeepalivedChoice | CloudBalancer | { readonly kind: 'external'; readonly because: string };

export interface KeepalivedChoice {
  readonly kind: 'keepalived';
  readonly because: string;
  /** What cluster.yaml says of keepalived, when it says anything. */
  readonly written?: WrittenSettings;
}

/** Decides by the documents of cluster.yaml: a cloud's provisioner first, then whether the key `keepalived` is there. */
export function chooseEndpoint(
  configuration: Cursor | undefined,
  provisioner: Cursor | undefined,
): EndpointChoice {
  const provider = provisioner === undefined ? undefined : readProvider(provisioner);
  const choice = configuration === undefined ? undefined : chooseByConfiguration(configuration);
  if (provisioner === undefined || provider === undefined)
    return choice ?? onPremises('on-premises default: no ClusterConfiguration');
  if (choice?.kind === 'keepalived') {
    const message = `keepalived cannot be used on ${provider}, where the provider's load balancer is the endpoint`;
    const hint = 'remove "keepalived", or set "provider" of the ClusterProvisioner to none';
    configuration?.at(...CONTROL_PLANE, 'keepalived')?.fail(message, hint);
  }
  return readBalancer(provisioner, provider);
}

/** Keepalived with its defaults. */
export function onPremises(because: string): EndpointChoice {
  return { kind: 'keepalived', because };
}

function chooseByConfiguration(configuration: Cursor): EndpointChoice {
  const field = configuration.at(...CONTROL_PLANE)?.field('keepalived');
  if (field === undefined) return { kind: 'external', because: `cluster.yaml has no ${KEEPALIVED_PATH}` };
  const keepalived = field.value;
  if (keepalived.isNull) {
    // Konvoy's Go reads null as absent, so its author may have meant either; the plan shows what comes of it.
    const hint = 'write "keepalived: {}", or remove the key when another load balancer holds the address';
    keepalived.problems.warn(`${keepalived.path} has no value and is read as {}`, field.keyPlace, hint);
  }
  const written = readKeepalived(keepalived, isV1Alpha1(configuration));
  if (isV1Alpha1(configuration) && !readEnabled(keepalived)) {
    return { kind: 'external', because: `${KEEPALIVED_PATH}.enabled is false` };
  }
  return { kind: 'keepalived', because: `cluster.yaml has ${KEEPALIVED_PATH}`, written };
}

function isV1Alpha1(configuration: Cursor): boolean {
  const node = configuration.at('apiVersion')?.node;
  return node?.kind === 'scalar' && node.text.endsWith('/v1alpha1');
}

/** In v1alpha1 this key was the switch. Its default was false, but nobody writes an empty map to switch something off. */
function readEnabled(keepalived: Cursor): boolean {
  const enabled = keepalived.at('enabled');
  if (enabled !== undefined && !enabled.isBlank) return enabled.read(parseBoolean) !== false;
  if (!keepalived.isNull)
    keepalived.warnAt('', 'read as enabled, though "enabled" is not set', 'write "enabled: true"');
  return true;
}

/** The cloud of a ClusterProvisioner; undefined for machines that are not a cloud's. */
function readProvider(provisioner: Cursor): CloudBalancer['provider'] | undefined {
  const cursor = provisioner.at('spec', 'provider');
  if (cursor === undefined || cursor.isBlank) return guessProvider(provisioner);
  const text = cursor.text();
  const cloud = CLOUDS.find((name) => name === text);
  if (text === undefined || cloud !== undefined || OWN_MACHINES.includes(text)) return cloud;
  cursor.fail(
    `${JSON.stringify(text)} is not a provider of Konvoy's`,
    ...didYouMean(text, [...CLOUDS, ...OWN_MACHINES]),
  );
  return undefined;
}

/** Without "provider", the section that is there tells; Konvoy's default is aws. */
function guessProvider(provisioner: Cursor): CloudBalancer['provider'] | undefined {
  const isThere = (name: string): boolean => provisioner.at('spec', name) !== undefined;
  return CLOUDS.find(isThere) ?? (OWN_MACHINES.some(isThere) ? undefined : 'aws');
}

const CONTROL_PLANE = ['spec', 'kubernetes', 'controlPlane'];
const KEEPALIVED_PATH = [...CONTROL_PLANE, 'keepalived'].join('.');
