/**
 * Sends a few packets of protocol 112 to the peers, or to their group, and prints `heard ADDRESS` for every peer that it
 * hears the same from; `untested` where there is no Perl. Parameters: way, mode, interface, own address, run, the seconds that it
 * takes at least and at most, peers.
 *
 * A raw socket gets only what the firewall let in. By `link`, the packets go out beside the sender's own firewall and leave
 * no trace there: connection tracking would take what a peer sends next for an answer, and let it in where it would let
 * in nothing new. By `stack` they go the way of adverts, to find out about the sender's firewall.
 *
 * No router takes them for adverts: version 0, type 15 and VRID 0 do not exist (RFC 9568, sections 5.2 and 7.1).
 */
export const REACH = `command -v perl >/dev/null 2>&1 || { echo untested; exit 0; }
exec perl -e '
use strict; use warnings; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6); use Time::HiRes qw(time sleep);
my ($way, $mode, $dev, $own, $run, $least, $most, @peers) = @ARGV;
my $six = $own =~ /:/;
my $af = $six ? AF_INET6 : AF_INET;
my $group = $six ? "ff02::12" : "224.0.0.18";
sub bytes { return inet_pton($af, $_[0]) }
sub said { open(my $file, "<", $_[0]) or return ""; local $/; return <$file> // "" }
my ($index) = qx(ip -o link show dev "$dev") =~ /^(\\d+):/ or die "no interface $dev";
my $source = $own;
if ($six && $mode eq "multicast" && said("/proc/net/if_inet6") =~ /^(fe80[0-9a-f]{28}) \\S+ \\S+ \\S+ \\S+ +\\Q$dev\\E$/m) {
  $source = join(":", $1 =~ /(....)/g);
}
socket(my $in, $af, SOCK_RAW, 112) or die "no raw socket: $!";
if ($mode eq "multicast") {
  $six ? setsockopt($in, 41, 20, bytes($group) . pack("I", $index))
       : setsockopt($in, 0, 35, bytes($group) . bytes($own) . pack("i", $index)) or die "cannot join $group: $!";
}
my @to = $mode eq "multicast" ? ($group) : @peers;
my $mark = "\\x0f" . "\\0" x 7 . "konvoy-ha $run $way ";
my $payload = "$mark$own ";
my @send;
if ($way eq "link") {
  socket(my $out, 17, SOCK_DGRAM, 0) or die "no packet socket: $!";
  socket(my $udp, $af, SOCK_DGRAM, 0) or die "no socket: $!";
  for my $peer ($mode eq "multicast" ? () : @to) { send($udp, "", 0, address($peer, 9)) }
  my $macs = "";
  for (1 .. 20) {
    last if $mode eq "multicast";
    $macs = qx(ip neigh show dev "$dev");
    last unless grep { $macs !~ /^\\Q$_\\E .*lladdr/m } @to;
    sleep 0.05;
  }
  for my $to (@to) {
    my $mac = $mode eq "multicast" ? ($six ? "333300000012" : "01005e000012")
      : $macs =~ /^\\Q$to\\E .*lladdr (\\S+)/m ? $1 : next;
    $mac =~ tr/://d;
    my $link = pack("S n i S C C a8", 17, $six ? 0x86dd : 0x0800, $index, 0, 0, 6, pack("H12", $mac));
    my $packet = packet($to);
    push @send, sub { send($out, $packet, 0, $link) };
  }
} else {
  socket(my $out, $af, SOCK_RAW, 112) or die "no raw socket: $!";
  bind($out, address($source, 0));
  setsockopt($out, $six ? 41 : 0, $six ? 16 : 2, pack("i", 255));
  setsockopt($out, $six ? 41 : 0, $six ? 18 : 33, pack("i", 255));
  $six ? setsockopt($out, 41, 17, pack("i", $index)) : setsockopt($out, 0, 32, bytes($own));
  for my $to (@to) { my $there = address($to, 0); push @send, sub { send($out, $payload, 0, $there) } }
}
sub address {
  my ($to, $port) = @_;
  return $six ? pack_sockaddr_in6($port, bytes($to), $to =~ /^(fe80|ff02)/ ? $index : 0) : pack_sockaddr_in($port, bytes($to));
}
sub packet {
  my ($from, $to) = (bytes($source), bytes($_[0]));
  return pack("N n C C", 0x6c000000, length $payload, 112, 255) . $from . $to . $payload if $six;
  my @head = (0x45c0, 20 + length $payload, 0, 0, 0xff70, 0, unpack("n4", $from . $to));
  my $sum = 0; $sum += $_ for @head;
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  $head[5] = ~$sum & 0xffff;
  return pack("n10", @head) . $payload;
}
my %heard; my ($begin, $next) = (time, 0);
while ((my $now = time) < $begin + $most) {
  last if $now > $begin + $least && !grep { !$heard{$_} } @peers;
  if ($now >= $next) { $_->() for @send; $next = $now + 0.1 }
  my $ready = ""; vec($ready, fileno($in), 1) = 1;
  next unless select($ready, undef, undef, 0.05) > 0;
  recv($in, my $data, 2048, 0);
  $data = substr($data, 4 * (15 & ord $data)) unless $six;
  $heard{$1} = 1 if index($data, $mark) == 0 && substr($data, length $mark) =~ /^(\\S+) $/;
}
print "heard $_\\n" for sort keys %heard;
' "$@"`;
