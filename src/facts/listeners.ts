// Programs that listen on an interface for so many seconds and print what they hear: one Ethernet frame a line, in hex.
// Each asks the kernel for protocol 112 only (a classic BPF filter of four steps), because a busy host receives more than a script
// can look at, and joins VRRP's groups on its own socket (packet(7), PACKET_MR_MULTICAST): the interface does not become
// promiscuous, and what is left of it ends with the socket. A socket for one protocol sees neither what the host itself
// sends nor what belongs to a VLAN on top of the interface. Frames that differ in the IP header's counter only are one;
// after 128 of them enough is known. On a link that is no Ethernet (ARPHRD_ETHER, 1) they fail: its frames look otherwise.

/** For python3, of any version 3. Arguments: interface, seconds. */
export const PYTHON = `import array, select, socket, struct, sys, time
name, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
index = socket.if_nametoindex(name)
ears, seen = {}, {}
for protocol, at, cut, group in ((0x0800, 23, 26, b"\\x01\\x00\\x5e\\x00\\x00\\x12"), (0x86dd, 20, 22, b"\\x33\\x33\\x00\\x00\\x00\\x12")):
    steps = ((48, 0, 0, at), (21, 0, 1, 112), (6, 0, 0, 65535), (6, 0, 0, 0))
    code = array.array("B", b"".join(struct.pack("HBBI", *step) for step in steps))
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    ear.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HP", len(steps), code.buffer_info()[0]))
    ear.setsockopt(263, 1, struct.pack("iHH8s", index, 0, 6, group))
    ear.bind((name, protocol))
    if ear.getsockname()[3] != 1: sys.exit(1)
    ears[ear] = cut
while time.monotonic() < end and len(seen) < 128:
    for ear in select.select(list(ears), [], [], max(0, end - time.monotonic()))[0]:
        frame = ear.recv(1600)
        seen.setdefault(frame[6:12] + frame[ears[ear]:], frame)
for frame in seen.values(): print("".join("%02x" % byte for byte in frame))`;

/** For Perl 5 without any module, as perl-base has it. Arguments: interface, seconds. */
export const PERL = `my ($name, $left) = @ARGV;
my (%ears, %seen, $late);
for ([2048, 23, 26, "\\x01\\x00\\x5e\\x00\\x00\\x12"], [34525, 20, 22, "\\x33\\x33\\x00\\x00\\x00\\x12"]) {
  my ($protocol, $at, $cut, $group) = @$_;
  my @steps = ([48, 0, 0, $at], [21, 0, 1, 112], [6, 0, 0, 65535], [6, 0, 0, 0]);
  my $code = join "", map { pack "SCCL", @$_ } @steps;
  socket my $ear, 17, 3, 0 or exit 1;
  my $request = pack "a16 x24", $name;
  ioctl $ear, 0x8933, $request or exit 1;
  my $index = unpack "x16 i", $request;
  setsockopt $ear, 1, 26, pack("S x![P] P", scalar @steps, $code) or exit 1;
  setsockopt $ear, 263, 1, pack("i S S a8", $index, 0, 6, $group) or exit 1;
  bind $ear, pack("S n i S C C a8", 17, $protocol, $index, 0, 0, 0, "") or exit 1;
  unpack("x8 S", getsockname $ear) == 1 or exit 1;
  $ears{fileno $ear} = [$ear, $cut];
}
$SIG{ALRM} = sub { $late = 1 };
alarm 2 + $left;
while (!$late && $left > 0 && keys %seen < 128) {
  my $ready = "";
  vec($ready, $_, 1) = 1 for keys %ears;
  (my $count, $left) = select $ready, undef, undef, $left;
  last if $count < 1;
  for (grep { vec $ready, $_, 1 } keys %ears) {
    my ($ear, $cut) = @{$ears{$_}};
    defined recv $ear, my $frame, 1600, 0 or exit 1;
    $seen{substr($frame, 6, 6) . substr($frame, $cut)} = $frame;
  }
}
print unpack("H*", $_), "\\n" for values %seen;`;
