import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from './schema';

/** The one way to the server: every address, parameter and answer is typed by the specification. */
export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

const KEY = 'answerpal.token';
let token: string | null = null;
let signedOut: () => void = () => {};

export const credentials = {
  get token(): string | null {
    token ??= sessionStorage.getItem(KEY);
    return token;
  },
  set token(value: string | null) {
    token = value;
    if (value === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  },
};

/** What happens when the server no longer knows who asks. */
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

const authorise: Middleware = {
  onRequest({ request }) {
    const now = credentials.token;
    if (now) request.headers.set('authorization', `Bearer ${now}`);
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
