import type { Field } from '../render/fields.ts';
import type { Views } from './backends.ts';
import { FIREWALL_FIELDS } from './firewall/template-fields.ts';
import { HAPROXY_FIELDS } from './haproxy/template-fields.ts';
import { MARK } from './keepalived/layout.ts';
import { KEEPALIVED_FIELDS } from './keepalived/template-fields.ts';

/** A template, as somebody knows it who writes another one for it. */
export interface TemplateContract {
  /** Below the folder of templates, with `/`. */
  readonly path: string;
  /** True for a shell script, whose first line says which shell. */
  readonly isScript: boolean;
  readonly fields: Readonly<Record<string, Field>>;
}

export type TemplateName = keyof Views;

/** Every template there is, by name. */
export const TEMPLATES: Readonly<Record<TemplateName, TemplateContract>> = {
  'keepalived.conf': keepalived('keepalived.conf'),
  'live.sh': keepalived('live.sh'),
  'ready.sh': keepalived('ready.sh'),
  'notify.sh': keepalived('notify.sh'),
  'drop-in.conf': keepalived('drop-in.conf'),
  'haproxy.cfg': haproxy('haproxy.cfg'),
  'haproxy.service': haproxy('haproxy.service'),
  'redirect.nft': haproxy('redirect.nft'),
  'firewall.sh': firewall('firewall.sh'),
  'firewall.service': firewall('firewall.service'),
};

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

/** How a line begins that says whose file it is: what has none is somebody else's, and is never written over. */
export const MARK_LINE = `# ${MARK}`;

function keepalived(name: keyof typeof KEEPALIVED_FIELDS): TemplateContract {
  return contract('keepalived', name, KEEPALIVED_FIELDS[name]);
}

function haproxy(name: keyof typeof HAPROXY_FIELDS): TemplateContract {
  return contract('haproxy', name, HAPROXY_FIELDS[name]);
}

function firewall(name: keyof typeof FIREWALL_FIELDS): TemplateContract {
  return contract('firewall', name, FIREWALL_FIELDS[name]);
}

function contract(folder: string, name: string, fields: TemplateContract['fields']): TemplateContract {
  return { path: `${folder}/${name}.hbs`, isScript: name.endsWith('.sh'), fields };
}
