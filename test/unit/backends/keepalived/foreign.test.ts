import { describe, expect, test } from 'vitest';
import { foreignRouter, routerPart } from '../../../../src/backends/keepalived/foreign.ts';
import { ip } from '../../../support/branded.ts';
import { confText } from '../../../support/cluster.ts';

const VIP = ip('10.0.50.20');

// As playbooks write it: VRRPv2 with a password, a check, and a balancer of something else beside it.
const PLAYBOOK = `! Configuration File for keepalived
global_defs {
   router_id LVS_DEVEL     # of the sample
   script_user nobody
}

vrrp_script chk_api { script "/usr/bin/curl -ks https://127.0.0.1:6443/healthz"
   interval 3 }
vrrp_script chk_dns
{
   script "/usr/bin/dig @127.0.0.1 { }"
}

vrrp_instance VI_1 {
    state MASTER
    interface ens3
    virtual_router_id 51
    priority 150
    authentication {
        auth_type PASS
        auth_pass 42
    }
    virtual_ipaddress {
        10.0.50.20/24 dev ens3 label ens3:1 # the VIP
    }
    track_script { chk_api }
}

vrrp_instance DNS {
    interface ens3
    virtual_router_id 53
    virtual_ipaddress { 10.0.50.53 }
    track_script {
        chk_dns
    }
}

virtual_server 10.0.50.53 53 {
    protocol UDP
    real_server 10.0.50.11 53 {
        weight 1
    }
}
`;

const KEPT = `vrrp_script chk_dns
{
    user nobody
   script "/usr/bin/dig @127.0.0.1 { }"
}

vrrp_instance DNS {
    version 2
    interface ens3
    virtual_router_id 53
    virtual_ipaddress { 10.0.50.53 }
    track_script {
        chk_dns
    }
}

virtual_server 10.0.50.53 53 {
    protocol UDP
    real_server 10.0.50.11 53 {
        weight 1
    }
}`;

const instance = (rest: string): string =>
  `vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress {\n 10.0.50.20\n }\n}\n${rest}`;

describe('the router of somebody else', () => {
  test('is read with all that it is, and what stands beside it is kept', () => {
    expect(foreignRouter(PLAYBOOK, VIP)).toEqual({
      ok: true,
      value: {
        ...{ name: 'VI_1', vrid: 51, priority: 150, interface: 'ens3', vips: ['10.0.50.20'] },
        kept: KEPT,
      },
    });
  });

  test('has the priority 100 when none is written, and nothing beside it', () => {
    expect(foreignRouter(instance(''), VIP)).toMatchObject({ value: { priority: 100, kept: '' } });
  });

  test('keeps files that are included', () => {
    expect(foreignRouter(instance('include conf.d/*.conf\n'), VIP)).toMatchObject({
      value: { kept: 'include conf.d/*.conf' },
    });
  });

  test('is ours, when ours is asked', () => {
    expect(foreignRouter(confText(), VIP)).toMatchObject({ value: { vrid: 20, priority: 250, kept: '' } });
  });

  test.each([
    [
      'has another VIP',
      PLAYBOOK.replaceAll('10.0.50.20', '10.0.50.21'),
      'no vrrp_instance in it has 10.0.50.20',
    ],
    ['is empty', '', 'no vrrp_instance in it has 10.0.50.20'],
    [
      'has no VRID',
      instance('').replace('virtual_router_id 7', ''),
      'vrrp_instance VI_1: virtual_router_id: expected an integer from 1 to 255, got null',
    ],
    ['has no interface', instance('').replace('interface eth0', ''), 'vrrp_instance VI_1 names no interface'],
    [
      'is tied to others',
      instance('vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n'),
      'vrrp_sync_group G ties VI_1 to other instances',
    ],
    ['has a brace too many', instance('}\n'), 'line 8: this } closes nothing'],
    ['has a brace too few', instance('vrrp_script x {\n'), 'line 8: the { of vrrp_script is never closed'],
    [
      'uses definitions',
      `$VIP=10.0.50.20\n${instance('')}`,
      'line 1: $VIP=10.0.50.20 stands for what keepalived only knows when it reads it',
    ],
    [
      'uses conditions',
      instance('@host1 include x\n'),
      'line 8: @host1 stands for what keepalived only knows when it reads it',
    ],
  ])('cannot be taken over when it %s', (_, text, error) => {
    expect(foreignRouter(text, VIP)).toEqual({ ok: false, error });
  });

  test('is told from others in one file, for what makes it what it is', () => {
    const part = routerPart(PLAYBOOK, ip('10.0.50.53'));
    expect(part).toContain('virtual_router_id 53');
    expect(part).not.toContain('virtual_router_id 51');
    expect(routerPart('not { readable', VIP)).toBe('not { readable');
    expect(routerPart(confText(), VIP)).toBe(confText());
  });
});
