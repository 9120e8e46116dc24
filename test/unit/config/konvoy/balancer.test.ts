import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf, inventoryWith, provisioner } from '../read.ts';

const inventory = inventoryWith({});
const aws = {
  kind: 'cloud',
  because: 'the ClusterProvisioner is for aws',
  provider: 'aws',
  region: 'us-west-2',
  availabilityZones: ['us-west-2c'],
  tags: {},
  elb: { internal: false, subnetIds: [], apiServerPort: 6443, securityGroupIds: [] },
  address: { host: '192.0.2.10', port: 6443 },
};

describe('the load balancer of a cloud', () => {
  it.each([
    ['aws: {}', aws],
    ['aws: {elb: }', aws],
    ['aws: {region: "", elb: {internal: "", apiServerPort: , subnetIDs: }, tags: }', aws],
    [
      'aws: {region: eu-central-1, availabilityZones: [eu-central-1a, eu-central-1b], vpc: {ID: vpc-0a1, cidr: 10.1.0.0/16}, tags: {owner: "Jane Doe", "konvoy:env": prod}}',
      {
        ...aws,
        region: 'eu-central-1',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        vpcId: 'vpc-0a1',
        tags: { owner: 'Jane Doe', 'konvoy:env': 'prod' },
      },
    ],
    [
      'aws: {elb: {internal: true, subnetIDs: [subnet-1, subnet-2], apiServerPort: "8443", securityGroupIDs: [sg-1]}}',
      {
        ...aws,
        elb: {
          internal: true,
          subnetIds: ['subnet-1', 'subnet-2'],
          apiServerPort: 8443,
          securityGroupIds: ['sg-1'],
        },
      },
    ],
    [
      'azure: {location: eastus2, loadbalancer: {internal: yes, apiServerPort: 443}}',
      {
        kind: 'cloud',
        because: 'the ClusterProvisioner is for azure',
        provider: 'azure',
        loadBalancer: { internal: true, apiServerPort: 443 },
        address: aws.address,
      },
    ],
    [
      'gcp: {region: us-west1, zones: [us-west1-a], forwardingRule: {internal: true}}',
      {
        kind: 'cloud',
        because: 'the ClusterProvisioner is for gcp',
        provider: 'gcp',
        forwardingRule: { internal: true },
        address: aws.address,
      },
    ],
  ])('%s', (section, endpoint) => {
    expect(intentOf(inventory, provisioner(section)).endpoint).toEqual(endpoint);
    expect(complaintsAbout(inventory, provisioner(section))).toEqual([]);
  });

  it('has the address that Terraform wrote into the inventory', () => {
    const hosts = inventory.replace('192.0.2.10:6443', 'lb-1.us-west-2.elb.example.net:6443');
    expect(intentOf(hosts, provisioner('provider: aws')).endpoint).toMatchObject({
      address: { host: 'lb-1.us-west-2.elb.example.net', port: 6443 },
    });
  });

  it.each([
    ['aws: {elb: {apiServerPort: 0}}', 'elb.apiServerPort: expected an integer from 1 to 65535, got 0'],
    [
      'aws: {elb: {apiServerPort: https}}',
      'elb.apiServerPort: expected an integer from 1 to 65535, got "https"',
    ],
    ['aws: {elb: {internal: sometimes}}', 'elb.internal: expected true or false, got "sometimes"'],
    ['aws: {elb: {subnetIDs: subnet-1}}', 'elb.subnetIDs: expected a list'],
    [
      'aws: {elb: {subnetIDs: ["$(reboot)"]}}',
      'elb.subnetIDs[0]: expected letters, digits and dashes, got "$(reboot)"',
    ],
    ['aws: {region: "us west"}', 'region: expected letters, digits and dashes, got "us west"'],
    ['aws: {tags: {owner: "a;b"}}', 'tags.owner: expected letters, digits, spaces and _.:/=+-@, got "a;b"'],
    ['aws: {tags: {"a;b": x}}', 'tags."a;b": expected letters, digits, spaces and _.:/=+-@, got "a;b"'],
    ['aws: {tags: owner}', 'tags: expected a map, got "owner"'],
  ])('%s is refused', (section, message) => {
    expect(complaintsAbout(inventory, provisioner(section))).toEqual([
      expect.stringContaining(`error: spec.aws.${message}`),
    ]);
  });

  it('on azure and gcp is refused the settings of aws', () => {
    expect(complaintsAbout(inventory, provisioner('gcp: {forwardingRule: {apiServerPort: 1}}'))).toEqual([
      'cluster.yaml:4:26 [apiServerPort] error: unknown key "apiServerPort" in spec.gcp.forwardingRule',
    ]);
  });
});
