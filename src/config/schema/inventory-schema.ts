import { OWN_VARIABLES, PREFIXES } from '../own-variables.ts';
import { DRAFT, type JsonSchema } from './json-schema.ts';
import { VARIABLES } from './variables.ts';

/** An inventory in YAML: any groups and any variables, but ours as they must be. */
export function inventorySchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'konvoy-ha inventory',
    description: 'An Ansible inventory in YAML: groups, and in them hosts, variables and further groups.',
    type: 'object',
    additionalProperties: { $ref: '#/definitions/group' },
    definitions: { group: group(), variables: variables() },
  };
}

function group(): JsonSchema {
  const hosts = {
    type: ['object', 'null'],
    additionalProperties: { $ref: '#/definitions/variables' },
  };
  return {
    type: ['object', 'null'],
    properties: {
      hosts: { description: 'Names or addresses, each with its variables.', anyOf: [{ type: 'string' }, hosts] },
      vars: { $ref: '#/definitions/variables' },
      children: { type: ['object', 'null'], additionalProperties: { $ref: '#/definitions/group' } },
    },
    additionalProperties: false,
  };
}

/** A slip in a name of ours would silently leave a default in force, so those are closed; all others are open. */
function variables(): JsonSchema {
  const properties = Object.entries(VARIABLES).map(([name, schema]) => [name, orTemplate(schema)] as const);
  return {
    type: ['object', 'null'],
    properties: Object.fromEntries(properties),
    propertyNames: {
      anyOf: [{ enum: OWN_VARIABLES }, { not: { type: 'string', pattern: `^(${PREFIXES.join('|')})` } }],
    },
  };
}

/** What stands for a value that only the inventory as a whole knows. */
function orTemplate(schema: JsonSchema): JsonSchema {
  if (schema.anyOf === undefined) return schema;
  return { ...schema, anyOf: [...schema.anyOf, { type: 'string', pattern: '[{][{%]' }] };
}
