// A holder made of oidc-provider as it is published, with FAPI 1.0 Final: its one customer is let in and agrees at once.
// What the Consumer Data Right adds to OAuth (arrangement ids, accounts) is added here. Arguments: a file of settings.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { pathToFileURL } from "node:url";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { default: Provider } = await import(pathToFileURL(settings.package).href);
const issuer = `https://127.0.0.1:${settings.port}`;
const DATA = ["bank:accounts.basic:read", "bank:accounts.detail:read", "bank:transactions:read"];

const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client,
    redirect_uris: [settings.redirect],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "PS256",
    request_object_signing_alg: "PS256",
    authorization_signed_response_alg: "PS256",
    id_token_signed_response_alg: "PS256",
    introspection_signed_response_alg: undefined,
    tls_client_certificate_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
    scope: ["openid", ...DATA].join(" "),
    jwks: { keys: [settings.clientKey] },
  }],
  jwks: { keys: [settings.holderKey] },
  scopes: ["openid", ...DATA],
  acrValues: ["urn:cds.au:cdr:2", "urn:cds.au:cdr:3"],
  clientAuthMethods: ["private_key_jwt"],
  enabledJWA: {
    idTokenSigningAlgValues: ["PS256"], requestObjectSigningAlgValues: ["PS256"], clientAuthSigningAlgValues: ["PS256"],
    authorizationSigningAlgValues: ["PS256"],
  },
  pkce: { required: () => true },
  claims: { openid: ["sub"], acr: null, auth_time: null },
  cookies: { keys: ["made up for this test"] },
  issueRefreshToken: async () => true,
  rotateRefreshToken: false,
  ttl: { AccessToken: 600, RefreshToken: 31536000, Grant: 31536000, Session: 600, Interaction: 600, IdToken: 300, AuthorizationCode: 60 },
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    fapi: { enabled: true, profile: "1.0 Final" },
    introspection: { enabled: true },
    jwtResponseModes: { enabled: true },
    mTLS: {
      enabled: true, certificateBoundAccessTokens: true,
      getCertificate: (ctx) => ctx.req.socket.getPeerX509Certificate()?.toString(),
    },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    requestObjects: { enabled: true, requireSignedRequestObject: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
});

provider.on("server_error", (_ctx, error) => console.error(error));
for (const event of ["authorization.error", "grant.error", "pushed_authorization_request.error", "introspection.error"]) {
  provider.on(event, (_ctx, error) => console.error(event, error.message, error.error_description));
}
provider.use(async (ctx, next) => {
  await next();
  const route = ctx.oidc?.route;
  if (route === "token" && ctx.status === 200) ctx.body = { ...ctx.body, cdr_arrangement_id: ctx.oidc.entities.Grant.jti };
  if (route === "introspection" && ctx.body?.active) ctx.body = { ...ctx.body, cdr_arrangement_id: ctx.oidc.entities.RefreshToken?.grantId };
});

async function agree(request, response) {
  const details = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: "a-customer", clientId: settings.client });
  grant.addOIDCScope(["openid", ...DATA].join(" "));
  grant.addOIDCClaims(["acr", "auth_time", "sub"]);
  const result = { login: { accountId: "a-customer", acr: "urn:cds.au:cdr:2" } };
  if (details.prompt.name === "consent") Object.assign(result, { consent: { grantId: await grant.save() } });
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function resource(request, response) {
  const token = await provider.AccessToken.find((request.headers.authorization ?? "").replace("Bearer ", ""));
  const shown = request.socket.getPeerX509Certificate();
  const bound = shown && Buffer.from(shown.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  const isGood = token?.isValid && token["x5t#S256"] === bound;
  const path = new URL(request.url, issuer).pathname.replace("/cds-au/v1/banking", "");
  response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(isGood ? settings.resources[path] : {}));
}

const answer = provider.callback();
createServer({ key: settings.key, cert: settings.certificate, ca: settings.authority, requestCert: true, rejectUnauthorized: false },
  (request, response) => {
    if (request.url.startsWith("/interaction/")) return agree(request, response).catch((error) => { console.error(error); response.destroy(); });
    return request.url.startsWith("/cds-au/") ? resource(request, response) : answer(request, response);
  }).listen(settings.port, "127.0.0.1", () => console.log("listening"));
