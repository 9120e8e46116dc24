/**
 * Keywords with the release that was the first to know them. One that an older keepalived does not know costs more than its
 * line: of an unknown block it skips the rest of the instance, the VIP included, and starts all the same.
 */
export const KEYWORD_SINCE: ReadonlyMap<string, string> = new Map([
  ['vrrp_rt_priority', '2.0.0'],
  ['track_file', '2.0.0'],
  ['vrrp_track_file', '2.0.0'],
  ['dynamic_interfaces', '2.0.0'],
  ['track_process', '2.0.11'],
  ['vrrp_track_process', '2.0.11'],
  ['vrrp_min_garp', '2.0.12'],
  ['vrrp_startup_delay', '2.0.14'],
  ['log_unknown_vrids', '2.0.16'],
  ['max_auto_priority', '2.1.0'],
  ['unicast_ttl', '2.1.0'],
  ['min_ttl', '2.1.0'],
  ['max_ttl', '2.1.0'],
  ['reload_time_file', '2.1.0'],
  ['startup_script', '2.1.0'],
  ['reload_check_config', '2.2.0'],
  ['reload_file', '2.2.0'],
  ['garp_extra_if', '2.2.0'],
  ['nftables_ipvs', '2.2.2'],
  ['down_timer_adverts', '2.2.3'],
  ['interface_up_down_delays', '2.2.3'],
  ['data_use_instance', '2.2.3'],
  ['unicast_fault_no_peer', '2.2.5'],
  ['v3_checksum_as_v2', '2.2.8'],
  ['json_version', '2.2.8'],
  ['no_virtual_ipaddress', '2.2.8'],
  ['tls_compliant', '2.2.8'],
  ['timer_expired_backup', '2.3.3'],
  ['state_dump_file', '2.3.3'],
  ['json_file_location', '2.3.3'],
  ['vrrp_delay_after_boot', '2.4.0'],
  // There since 2.4.0, but three releases of it do not understand each other (release notes of 2.4.1–2.4.3).
  ['auth_hmac', '2.4.3'],
]);
