import { mutateScript, probeScript, stdoutOf } from '../domain/command.ts';
import { addressName, type AddressResource } from '../domain/resource.ts';
import { parseIpPrefix } from '../domain/address.ts';
import { parseInterfaceName } from '../domain/names.ts';
import { ABSENT, present, type Handler } from './handler.ts';

/** An address that somebody has left on an interface. It is taken away, and never put there: that is keepalived's to do. */
export const addressHandler: Handler<AddressResource> = {
  probe: (name) => probeScript(IS_THERE, ...name.split(' dev ')),
  parse: (name, result) => {
    const [text, device] = name.split(' dev ');
    const [prefix, link] = [parseIpPrefix(text), parseInterfaceName(device)];
    if (!prefix.ok || !link.ok || stdoutOf(result).trim() === '') return ABSENT;
    const place = { prefix: prefix.value, interface: link.value };
    return present({ kind: 'address', name: addressName(place), ...place, isSpare: false });
  },
  isSame: () => true,
  converge: (wanted, observed) =>
    wanted !== undefined || observed === undefined
      ? []
      : [mutateScript(REMOVE, ...addressName(observed).split(' dev '))],
  // Whoever finds it gone later on does not miss it.
  restore: () => [],
};

const IS_THERE = 'ip -o address show dev "$2" to "$1" 2>/dev/null; true';

/** It may be gone by now: what is wanted is that it is not there. */
const REMOVE = `ip address del "$1" dev "$2" 2>/dev/null
case $(ip -o address show dev "$2") in *" $1 "*) echo "$1 cannot be taken off $2" >&2; exit 1 ;; esac`;
