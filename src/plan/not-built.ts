import { formatEndpoint } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import type {
  BackendSetting,
  CloudEndpoint,
  ExternalEndpoint,
  KeepalivedEndpoint,
  KeepalivedSettings,
} from '../domain/intent.ts';

/** Everything that is asked for and that no backend can do yet: nobody may believe it to be in force. */
export function refuseNotBuilt({ settings }: KeepalivedEndpoint): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (!settings.preempt) diagnostics.push(notBuilt(settings, 'preempt', false));
  return diagnostics;
}

/** Which kind of endpoint it is and why, for those that have no plan yet whose first line would say so. */
export function describeEndpoint(endpoint: CloudEndpoint | ExternalEndpoint): string {
  switch (endpoint.kind) {
    case 'cloud': {
      const where = endpoint.address === undefined ? '' : ` for ${formatEndpoint(endpoint.address)}`;
      return `the load balancer of ${endpoint.provider}${where}: ${endpoint.because}`;
    }
    case 'external':
      return `somebody else's load balancer at ${formatEndpoint(endpoint)}: ${endpoint.because}`;
    default:
      return endpoint satisfies never;
  }
}

function notBuilt(
  { sources }: KeepalivedSettings,
  setting: BackendSetting,
  value: string | boolean,
): Diagnostic {
  const source = sources[setting];
  const message = `${source?.name ?? setting}: ${JSON.stringify(value)} is not supported yet`;
  const span = source === undefined ? {} : { span: source.span };
  return { severity: 'error', message, hints: [], ...span };
}
