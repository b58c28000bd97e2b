import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from './schema';

/** The one way to the server: every address, parameter and answer is typed by the specification. */
export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

let csrf = '';
let signedOut: () => void = () => {};

/** What changes something needs this beside the cookie. */
export function setCsrfToken(token: string): void {
  csrf = token;
}

/** What happens when the server no longer knows who asks. */
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

const authorise: Middleware = {
  onRequest({ request }) {
    if (csrf && request.method !== 'GET') request.headers.set('x-csrf-token', csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith('/api/Auth/')) signedOut();
  },
};

client.use(authorise);

/** A key under which a retried write is done once. */
export function onceKey(): string {
  return crypto.randomUUID();
}
