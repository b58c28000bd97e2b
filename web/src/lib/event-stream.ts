// The stream of what happens, kept open and resumed where it broke off.
import { createParser } from 'eventsource-parser';
import { client } from '../api/client';
import type { Present } from '../api/types';

export interface LiveEvent {
  action: string;
  ticketID: number | null;
  messageID: number | null;
  actorType: string;
  actorID: number | null;
}

/** Who is on a ticket just now. */
export interface PresenceEvent {
  ticketID: number;
  present: Present[];
}

export interface Follower {
  event: (event: LiveEvent) => void;
  presence: (event: PresenceEvent) => void;
  /** Something for this rep alone: a mention, a ticket. */
  notified: () => void;
  /** Events may have been missed, because the stream could not be resumed. */
  gap: () => void;
  connected: (isConnected: boolean) => void;
}

const LONGEST_WAIT = 30_000;
/** The server says something at least every 15 s. */
const SILENCE = 40_000;

/** A stream that is followed. */
export interface Following {
  stop: () => void;
  /** Where it broke off, comes back at once. */
  wake: () => void;
}

/** Follows the stream until it is told to stop. */
export function follow(follower: Follower): Following {
  const stopped = new AbortController();
  const woken = new EventTarget();
  // Back on the net: at once.
  addEventListener('online', () => woken.dispatchEvent(new Event('wake')), { signal: stopped.signal });
  void run(follower, stopped.signal, woken);
  return { stop: () => stopped.abort(), wake: () => woken.dispatchEvent(new Event('wake')) };
}

async function run(follower: Follower, stopped: AbortSignal, woken: EventTarget): Promise<void> {
  let last = '';
  let wait = 500;
  while (!stopped.aborted) {
    try {
      last = await read(follower, stopped, last, (id) => {
        last = id;
        wait = 500;
      });
    } catch {
      // Whatever broke the stream, the answer is to come back.
    }
    if (stopped.aborted) return;
    follower.connected(false);
    await pause(wait * (0.75 + Math.random() / 2), stopped, woken);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

async function read(
  follower: Follower,
  stopped: AbortSignal,
  from: string,
  heard: (id: string) => void,
): Promise<string> {
  const silent = new AbortController();
  let watch = setTimeout(() => silent.abort(), SILENCE);
  // The browser knows before the silence tells.
  const away = () => silent.abort();
  addEventListener('offline', away);
  let last = from;
  try {
    const { data, response } = await client.GET('/api/events', {
      params: { query: from ? { lastEventId: from } : {} },
      parseAs: 'stream',
      signal: AbortSignal.any([stopped, silent.signal]),
    });
    if (!response.ok || !data) {
      // A place in the stream that the server does not know: go on from now, and read everything again.
      if (response.status === 400) {
        follower.gap();
        return '';
      }
      throw new Error(`events: ${response.status}`);
    }
    follower.connected(true);
    const parser = createParser({
      onEvent: ({ id, event: kind, data: text }) => {
        if (id) heard((last = id));
        if (!text) return;
        const event: unknown = JSON.parse(text);
        if (kind === 'ticket.presence') follower.presence(event as PresenceEvent);
        else if (kind?.startsWith('notification')) follower.notified();
        else follower.event(event as LiveEvent);
      },
    });
    const reader = data
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return last;
      clearTimeout(watch);
      watch = setTimeout(() => silent.abort(), SILENCE);
      // The stream begins with an id alone, which is no event: where to go on from before the first one.
      if (!last) last = /^id: ?(\d+)\n/m.exec(value)?.[1] ?? '';
      parser.feed(value);
    }
  } finally {
    clearTimeout(watch);
    removeEventListener('offline', away);
  }
}

function pause(milliseconds: number, stopped: AbortSignal, woken: EventTarget): Promise<void> {
  return new Promise((done) => {
    const over = new AbortController();
    const go = () => {
      clearTimeout(timer);
      over.abort();
      done();
    };
    const timer = setTimeout(go, milliseconds);
    stopped.addEventListener('abort', go, { signal: over.signal });
    woken.addEventListener('wake', go, { signal: over.signal });
  });
}
