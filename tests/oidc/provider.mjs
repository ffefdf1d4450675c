// A real OpenID Connect provider on loopback, for the tests of services/access.
//
// It prints its issuer and then obeys lines on its standard input: `rotate` signs with a new key and still publishes the
// one before; `retire` publishes only the newest. Each is answered by a line. It ends when its standard input does.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

// The library's notices must not be taken for answers.
console.info = console.error;

const RESOURCE = 'urn:caseledger';
const LIFETIME = 8 * 60 * 60;

// What this provider says of its clients, under claim names of its own choosing.
const CLAIMS = {
  'team-manager': {
    realm_access: { roles: ['team-manager', 'offline_access'] },
    staff_id: '01590000-0000-7000-8000-00000000c003',
    team_id: '0190a000-0000-7000-8000-0000000000b1',
  },
  'posting-service': { realm_access: { roles: ['service'] } },
};

let turn = 0;
let keys = [];

async function newKey() {
  // A new kind with each turn: a provider that changes its algorithm is the harder rotation.
  const alg = ['ES256', 'RS256', 'EdDSA'][turn % 3];
  turn += 1;
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `key-${turn}` };
}

function handler(issuer) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: Object.keys(CLAIMS).map((client_id) => ({
      client_id,
      client_secret: 'not-a-secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: keys[0].alg,
    })),
    extraTokenClaims: (ctx, token) => CLAIMS[token.clientId],
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256', 'EdDSA'] },
    ttl: { ClientCredentials: LIFETIME },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => ({
          scope: '',
          audience: 'caseledger',
          accessTokenTTL: LIFETIME,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: keys[0].alg, kid: keys[0].kid } },
        }),
      },
    },
  });
  return provider.callback();
}

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

keys = [await newKey()];
let answer = handler(issuer);
server.on('request', (request, response) => answer(request, response));
console.log(issuer);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'rotate') keys = [await newKey(), keys[0]];
  if (line === 'retire') keys = [keys[0]];
  answer = handler(issuer);
  console.log(keys[0].kid);
}
process.exit(0);
