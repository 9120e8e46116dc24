import { flag, list, value, type FieldTable } from '../../render/fields.ts';
import type { KeepalivedViews } from './views.ts';

/** Every field that a template of keepalived's can use. */
export const KEEPALIVED_FIELDS: {
  readonly [Name in keyof KeepalivedViews]: FieldTable<KeepalivedViews[Name]>;
} = {
  'keepalived.conf': {
    routerId: value('name of the host in the inventory'),
    scriptUser: value('account that the check scripts run as; every host has it'),
    liveScript: value('path of the script that says whether the host can be active at all'),
    liveTimeoutSeconds: value('seconds after which that script counts as failed'),
    readyScript: value('path of the script that says whether the API of the host is ready'),
    readyIntervalSeconds: value('seconds from one run of that script to the next, whole'),
    readyTimeoutSeconds: value('seconds after which it counts as failed, whole'),
    readyFall: value('failures in a row that make the host not ready'),
    readyRise: value('successes in a row that make it ready again'),
    readyWeight: value(
      'how far the priority falls on a host that is not ready, without its sign; more than two hosts can be apart',
    ),
    instance: value('name of the vrrp_instance'),
    interface: value('interface that the VIP stands on'),
    vrid: value('virtual router id, 1 to 255, the same on every host'),
    priority: value('priority of the host, 1 to 254, another on every host'),
    advertIntervalSeconds: value('seconds from one advert to the next, 0.01 to 40.95'),
    unicast: flag('the mode is unicast and there are other hosts'),
    source: value("the host's own address on the interface, of the family of the VIP"),
    peers: list('the addresses of the other hosts, sorted'),
    vipPrefix: value('the VIP with /32 or /128'),
    otherVipPrefixes: list('the additional VIPs with /32 or /128'),
    notifyScript: value('path of the script that keeps the state of the host for konvoy-ha'),
    virtualServers: list(
      'address and port of every VIP, with a space between them; none unless ipvs balances',
    ),
    realServers: list('address and port of every API server, likewise, sorted'),
    scheduler: value('how ipvs chooses an API server; its module is loaded'),
    serverScript: value(
      'path of the script that says what an API server is good for, by its address and port',
    ),
    serverIntervalSeconds: value('seconds from one run of that script to the next, whole'),
    serverTimeoutSeconds: value('seconds after which it counts as failed, whole'),
    serverRetries: value('how many more failures in a row it takes'),
    connectTimeoutSeconds: value('seconds after which a connection to an API server counts as failed, whole'),
  },
  'live.sh': {
    self: value(
      "the host's own address, in brackets when it is IPv6, with the VIP before it when ipvs balances, quoted for a shell",
    ),
    peers: value('the addresses of the other hosts, likewise, with spaces between them, quoted as one word'),
    ports: value("haproxy's port where it balances, and the API server's, with a space between them, quoted"),
    urlPath: value('what is asked of the API server, quoted'),
  },
  'ready.sh': {
    drains: value(
      'paths with spaces between them, quoted: one of these files is enough to make the host not ready',
    ),
    self: value(
      "the host's own address, in brackets when it is IPv6, with the VIP before it when ipvs balances, quoted for a shell",
    ),
    ports: value("haproxy's port where it balances, and the API server's, with a space between them, quoted"),
    urlPath: value('what is asked of the API server, quoted'),
    timeoutSeconds: value('seconds after which a silent API server is not ready; may have a fraction'),
  },
  'notify.sh': {
    stateDirectory: value('the folder where konvoy-ha looks for the file `state`, quoted for a shell'),
  },
  'drop-in.conf': {
    runtimeDirectory: value('the same folder, below /run, for systemd to make'),
  },
};
