// Made with openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500; it protects nothing.
/** A self-signed certificate for servers in tests. */
export const tlsCertificate = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUa1mrsUuOjsRvRIo7ErlvmuQOhgcwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOa29udm95LWhhLXRlc3QwIBcNMjYxMTIyMTgzNzQzWhgPMjEy
NjEwMjkxODM3NDNaMBkxFzAVBgNVBAMMDmtvbnZveS1oYS10ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE/NkvPY7gT2HgfUjG4gE+pw8LgzBFWv7mRvs9ExQN
MEzFm3T8WdRxByIj52I9ys/45nBSD9Jp2927GgIYu1wnWKNTMFEwHQYDVR0OBBYE
FHwFn/fTlfIXd7Tp6pZW1/W7DBKOMB8GA1UdIwQYMBaAFHwFn/fTlfIXd7Tp6pZW
1/W7DBKOMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhANcHW3jK
wivYe7Yq7xQkCseASnltSQsp/I8s01buUdFVAiB5cupfL+KPlWCbT2SaW0bTLwks
Rmf9J2LWVWjJicr/Iw==
-----END CERTIFICATE-----`;

/** Its private key. */
export const tlsKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggmyN2YV3pNLDm6fM
QzH6GH12Ui+j7Yy6UIjG8576pp6hRANCAAT82S89juBPYeB9SMbiAT6nDwuDMEVa
/uZG+z0TFA0wTMWbdPxZ1HEHIiPnYj3Kz/jmcFIP0mnb3bsaAhi7XCdY
-----END PRIVATE KEY-----`;
