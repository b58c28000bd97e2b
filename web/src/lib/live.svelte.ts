// What the live stream means for what is on the screen.
import { keys, notifications } from '../api/queries';
import { queryClient } from '../api/query-client';
import { refreshTickets } from '../routes/tickets/actions';
import { presence } from './presence.svelte';
import { follow, type Following, type LiveEvent } from './event-stream';
import { outdated } from './outdated.svelte';
import { titles } from './title.svelte';

class Live {
  /** False while events are not coming in. */
  isConnected = $state(true);
  #following: Following | undefined;

  start(): void {
    this.#following ??= follow({
      event: (event) => this.#heard(event),
      presence: ({ ticketID, present }) => presence.heard(ticketID, present),
      notified: () => this.#notified(),
      gap: () => void queryClient.invalidateQueries(),
      connected: (isConnected) => {
        this.isConnected = isConnected;
        if (isConnected) void outdated.again();
        else presence.clear();
      },
    });
  }

  stop(): void {
    this.#following?.stop();
    this.#following = undefined;
  }

  /** Tries at once what is waited for: the stream, and what could not be read. */
  again(): void {
    this.#following?.wake();
    void outdated.again();
  }

  #notified(): void {
    void queryClient.invalidateQueries({ queryKey: notifications.queryKey });
    void queryClient.invalidateQueries({ queryKey: keys.counts });
  }

  #heard(event: LiveEvent): void {
    refreshTickets();
    if (event.action === 'ticketMessage.created' && event.actorType === 'EndUser') titles.heard();
    if (event.ticketID) void queryClient.invalidateQueries({ queryKey: keys.messages(event.ticketID) });
    if (event.messageID) {
      void queryClient.invalidateQueries({ queryKey: keys.message(event.messageID) });
      void queryClient.invalidateQueries({ queryKey: keys.attachments(event.messageID) });
    }
  }
}

export const live = new Live();
