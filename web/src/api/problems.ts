import type { components } from './schema';

export type Problem = components['schemas']['Problem'];

/** What the server answered in place of what was asked for. */
export class ApiError extends Error {
  readonly status: number;
  readonly fields: Record<string, string[]>;
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Partial<Problem> | undefined, retryAfter?: number) {
    super(problem?.detail || problem?.title || `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.fields = (problem?.errors ?? {}) as Record<string, string[]>;
    this.retryAfter = retryAfter;
  }

  /** The first thing that is wrong with a field, however the server spells the field. */
  field(name: string): string | undefined {
    const wanted = name.toLowerCase();
    const found = Object.entries(this.fields).find(([key]) => key.toLowerCase() === wanted);
    return found?.[1][0];
  }
}

/** The server could not be reached, or did not finish its answer. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super('offline', { cause });
    this.name = 'OfflineError';
  }
}

/** Whether the same request may work a little later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof OfflineError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 502);
}

/** Whether the server, or the way to it, is what fails: not what was asked for. */
export function isServerTrouble(error: unknown): boolean {
  if (error instanceof OfflineError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or the problem thrown. */
export async function ok<T>(call: Promise<Answered<T>>): Promise<T> {
  return (await whole(call)).data as T;
}

/** The same with the headers. */
export async function whole<T>(call: Promise<Answered<T>>): Promise<Answered<T>> {
  let answer: Answered<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new OfflineError(error);
  }
  if (answer.response.ok) return answer;
  const retry = Number(answer.response.headers.get('retry-after')) || undefined;
  const problem = typeof answer.error === 'object' ? (answer.error as Partial<Problem>) : undefined;
  throw new ApiError(answer.response.status, problem ?? undefined, retry);
}
