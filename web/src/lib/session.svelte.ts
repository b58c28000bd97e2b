// Who is signed in. The sign-in itself is a cookie that no script can read.
import { client, onSignedOut, setCsrfToken } from '../api/client';
import { ApiError, ok } from '../api/problems';
import { queryClient } from '../api/query-client';
import type { Rep, SignedIn } from '../api/types';

/** How often a dashboard that is left open says that it is still there, in milliseconds. */
const RENEW = 60 * 60_000;

class Session {
  #rep = $state.raw<Rep | null>(null);
  tenantName = $state('');
  /** Until it is known whether somebody is signed in. */
  loading = $state(true);
  /** Why that could not be found out. */
  problem = $state.raw<unknown>(null);
  /** A new installation: who comes first makes the tenant. */
  setUp = $state.raw<{ needsCode: boolean } | null>(null);
  /** The server ended it: the screen keeps what is being written and asks to sign in again. */
  expired = $state(false);

  constructor() {
    onSignedOut(() => {
      if (this.#rep) this.expired = true;
    });
    setInterval(() => {
      if (this.#rep && !this.expired) void this.load();
    }, RENEW);
  }

  get isSignedIn(): boolean {
    return this.#rep !== null;
  }

  /** The rep; only asked for where somebody is signed in. */
  get rep(): Rep {
    if (!this.#rep) throw new Error('nobody is signed in');
    return this.#rep;
  }

  get isAdministrator(): boolean {
    return this.#rep?.role === 'Administrator';
  }

  get isSupervisor(): boolean {
    return this.#rep?.role === 'Administrator' || this.#rep?.role === 'Supervisor';
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      this.#take(await ok(client.GET('/api/Auth/session')));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) this.problem = error;
      else if (this.#rep) this.expired = true;
      else await this.#askForSetUp();
    } finally {
      this.loading = false;
    }
  }

  async signIn(username: string, password: string, remember: boolean): Promise<void> {
    const body = { username, password, remember, hostname: location.hostname };
    const signedIn = await ok(client.POST('/api/Auth/session', { body }));
    const before = this.#rep?.customerRepID;
    if (before !== undefined && before !== signedIn.customerRep.customerRepID) queryClient.clear();
    else void queryClient.invalidateQueries();
    this.#take(signedIn);
  }

  async signOut(everywhere = false): Promise<void> {
    await ok(client.DELETE('/api/Auth/session', { params: { query: { everywhere } } }));
    this.forget();
  }

  forget(): void {
    this.#rep = null;
    this.expired = false;
    queryClient.clear();
  }

  /** The rep changed their own profile. */
  update(rep: Rep): void {
    this.#rep = rep;
  }

  async #askForSetUp(): Promise<void> {
    const { isEmpty, needsCode } = await ok(client.GET('/api/setup'));
    this.setUp = isEmpty ? { needsCode } : null;
  }

  #take(signedIn: SignedIn): void {
    setCsrfToken(signedIn.csrfToken ?? '');
    this.tenantName = signedIn.customerName;
    this.#rep = signedIn.customerRep;
    this.expired = false;
  }
}

export const session = new Session();
