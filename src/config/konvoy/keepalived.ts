import type { Cursor } from '../text/cursor.ts';
import { SETTINGS } from './settings.ts';
import { takeSettings, type WrittenSettings } from './written-settings.ts';

/** Reads `spec.kubernetes.controlPlane.keepalived`; what is wrong in it is reported and left out. */
export function readKeepalived(keepalived: Cursor, isV1Alpha1: boolean): WrittenSettings {
  if (!isV1Alpha1) refuseEnabled(keepalived);
  return takeSettings(SETTINGS, (setting) => {
    const cursor = keepalived.at(...setting.path);
    if (cursor === undefined || cursor.isBlank) return undefined;
    const value = setting.read(cursor, (at, parse) => at.read(parse));
    return value === undefined ? undefined : { value, cursor };
  });
}

function refuseEnabled(keepalived: Cursor): void {
  const enabled = keepalived.field('enabled');
  if (enabled === undefined) return;
  const hint =
    'since v1beta1 the key "keepalived" itself switches keepalived on; remove that key to switch it off';
  keepalived.problems.error(
    `"enabled" in ${keepalived.path} is for apiVersion v1alpha1 only`,
    enabled.keyPlace,
    hint,
  );
}
