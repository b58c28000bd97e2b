// Who is signed in.
import { client, credentials, onSignedOut } from '../api/client';
import { ok } from '../api/problems';
import type { Rep } from '../api/types';
import { queryClient } from '../api/query-client';

class Session {
  #rep = $state.raw<Rep | null>(null);
  /** Until it is known whether somebody is signed in. */
  loading = $state(true);
  /** The server ended it: the screen keeps what is being written and asks to sign in again. */
  expired = $state(false);

  constructor() {
    onSignedOut(() => {
      if (this.#rep) this.expired = true;
    });
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
    try {
      if (credentials.token) this.#rep = await ok(client.GET('/api/CustomerReps/me'));
    } catch {
      this.#rep = null;
    } finally {
      this.loading = false;
    }
  }

  async signIn(username: string, password: string, _remember: boolean): Promise<void> {
    const { token } = await ok(client.POST('/api/Auth/login', { body: { username, password } }));
    credentials.token = token;
    const rep = await ok(client.GET('/api/CustomerReps/me'));
    if (this.#rep && this.#rep.customerRepID !== rep.customerRepID) queryClient.clear();
    this.#rep = rep;
    this.expired = false;
  }

  async signOut(): Promise<void> {
    credentials.token = null;
    this.#rep = null;
    this.expired = false;
    queryClient.clear();
  }

  /** The rep changed their own profile. */
  update(rep: Rep): void {
    this.#rep = rep;
  }
}

export const session = new Session();
